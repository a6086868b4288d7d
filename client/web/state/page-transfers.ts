import { foldName } from '../../../protocol/index.ts';
import type { FileTransfers } from '../../chat/chat-command.ts';
import type { NamesSeen } from '../../chat/names-seen.ts';
import { withMeant } from '../../chat/suggest.ts';
import { type ErrorSubject, errorLine } from '../../chat/texts.ts';
import type { RoomConnection, ShownMessage } from '../../room/common.ts';
import { localDate, localTime } from '../../times.ts';
import { texts } from '../texts.ts';
import { chooseFiles, saveFile } from './browser-files.ts';
import type { Conversation } from './conversation.ts';
import type { FileItem, UploadItem } from './items.ts';
import { Offers } from './offers.ts';
import { conversationOf, fateOf, noticeNow, plain } from './to-item.ts';
import { Transfer } from './transfer.ts';

/** Loaded with the first transfer. */
const files = () => import('../../files/browser.ts');

export interface PageTransfersOptions {
  readonly room: RoomConnection;
  readonly names: NamesSeen;
  readonly conversation: (name: string) => Conversation;
  readonly open: (name: string) => void;
  readonly print: (line: string) => void;
}

/** The file transfers of the page. Each is an item of the conversation with the other user. */
export class PageTransfers implements FileTransfers {
  readonly offers = new Offers();
  readonly #options: PageTransfersOptions;
  readonly #running = new Set<Transfer>();
  /** The files that this user has sent since the page was opened. */
  readonly #sent: UploadItem[] = [];

  constructor(options: PageTransfersOptions) {
    this.#options = options;
  }

  get areRunning(): boolean {
    return this.#running.size > 0;
  }

  /** Lets the user choose files to send. The browser wants a click or a key before. */
  choose(to: string): void {
    chooseFiles((chosen) => this.sendAll(to, chosen));
  }

  async send(to: string): Promise<void> {
    this.choose(to);
  }

  sendAll(to: string, chosen: readonly File[]): void {
    if (chosen.length > 0) this.#options.open(to);
    for (const file of chosen) this.#send(to, file);
  }

  sendText(to: string, text: string): void {
    const now = new Date();
    const name = `message ${localDate(now)} ${localTime(now).replaceAll(':', '.')}.txt`;
    this.sendAll(to, [new File([`${text}\n`], name)]);
  }

  get(from: string, name: string): void {
    const offer = this.offers.find(from, name);
    if (offer) this.receive(offer);
    else this.#options.print(plain(errorLine(new Error(texts.noSuchFile(name, from)))));
  }

  /** Starts to receive a file that waits. */
  receive(item: FileItem): void {
    const { from, name } = item;
    const transfer = new Transfer();
    this.offers.set(item, transfer);
    this.#run(transfer, { user: from, name }, async () => {
      const { BlobSink, getFile } = await files();
      const { signal, progress } = transfer;
      const sink = new BlobSink((file, safeName) => {
        transfer.saveAgain.value = () => saveFile(file, safeName);
        saveFile(file, safeName);
      });
      await getFile(this.#options.room, { from, name, signal, progress, sink });
      this.#options.names.settled({ from, name });
      this.offers.settle(item, 'saved');
    });
  }

  /** Declines a file, or prints why the room did not. */
  async decline(from: string, name: string): Promise<void> {
    const { room, names, print } = this.#options;
    try {
      const { declineFile } = await files();
      await declineFile(room, { from, name });
    } catch (error) {
      return print(this.#lineOf(error, { user: from, name }));
    }
    names.settled({ from, name });
    const offer = this.offers.find(from, name);
    if (offer) this.offers.settle(offer, 'declined');
  }

  /** Shows on a file's card what has become of it. @returns whether there is such a card. */
  settle(message: ShownMessage): boolean {
    const fate = fateOf(message);
    if (fate === undefined || !('name' in message)) return false;
    const user = foldName(conversationOf(message));
    const isIt = ({ to, name, transfer }: UploadItem) =>
      foldName(to) === user &&
      name.normalize('NFC') === message.name &&
      transfer.fate.peek() === undefined &&
      transfer.state.peek().kind !== 'failed';
    const item = this.#sent.find(isIt);
    if (item) item.transfer.fate.value = fate;
    return item !== undefined;
  }

  /** Loads what a transfer needs before one begins: a newer version of the page may have replaced it by then. */
  prepare(): void {
    files().catch(() => {});
  }

  /** Ends all transfers. @returns the files that were being sent. */
  abort(): readonly UploadItem[] {
    const unsent = this.#sent.filter(({ transfer }) => transfer.isRunning);
    for (const transfer of this.#running) transfer.abort();
    return unsent;
  }

  #send(to: string, file: File): void {
    const transfer = new Transfer();
    const { name, size } = file;
    const item = { ...noticeNow(''), kind: 'upload', to, name, size, transfer } as const;
    this.#sent.push(item);
    this.#options.conversation(to).add(item, true);
    this.#run(transfer, { user: to, name }, async () => {
      const { sendFile } = await files();
      const { signal, progress } = transfer;
      await sendFile(this.#options.room, { to, file, signal, progress });
    });
  }

  #run(transfer: Transfer, subject: ErrorSubject, work: () => Promise<void>): void {
    this.#running.add(transfer);
    work()
      .then(() => transfer.done())
      .catch((error: unknown) => {
        const line = this.#lineOf(error, subject).replace(/^Error! /, '');
        transfer.failed(transfer.signal.aborted ? texts.aborted : line);
      })
      .finally(() => this.#running.delete(transfer));
  }

  #lineOf(error: unknown, subject: ErrorSubject): string {
    const cause = error instanceof Error ? error : new Error(String(error));
    return plain(errorLine(cause, withMeant(cause, subject, this.#options.names)));
  }
}
