import type { FileTransfers } from '../../chat/chat-command.ts';

/** The file transfers of the page. */
export class PageTransfers implements FileTransfers {
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  choose(_to: string): void {
    this.#refuse();
  }

  async send(to: string): Promise<void> {
    this.choose(to);
  }

  sendText(): void {
    this.#refuse();
  }

  get(): void {
    this.#refuse();
  }

  async decline(): Promise<void> {
    this.#refuse();
  }

  #refuse(): void {
    this.#print('This page cannot transfer files. Use the terminal client.');
  }
}
