import type { Interface } from 'node:readline';
import { type Completion, commonBeginning } from './completion.ts';
import { fromEditor } from './line-editor.ts';

export interface TabCompletionOptions {
  /** What a command that begins like this can go on with. */
  complete(line: string): Completion | Promise<Completion>;
  /** Lists the candidates, if Tab cannot decide between them. */
  list(words: readonly string[]): void;
  /** The line has been completed. */
  completed(): void;
}

/**
 * Completes the typed line with Tab. The editor reads no input while it waits for a completion, so it gets none at
 * first. The result is passed to it with a second, simulated Tab.
 */
export class TabCompletion {
  readonly #options: TabCompletionOptions;
  /** The Tab that counts: the last one. */
  #lastTab = 0;
  /** The result, until the editor takes it. */
  #found: Completion | undefined;

  constructor(options: TabCompletionOptions) {
    this.#options = options;
  }

  /**
   * Answers the editor's question for the completions of the line before the cursor.
   * @param isCommand Whether the line is a command. Nothing else is completed.
   */
  answer(line: string, editor: Interface, isCommand: boolean): [string[], string] {
    const found = this.#found;
    this.#found = undefined;
    if (found) return [[...found.candidates], found.of];
    if (isCommand) void this.#find(line, editor);
    return [[], line];
  }

  /** A completion that is not found yet comes too late. */
  cancel(): void {
    this.#lastTab += 1;
  }

  async #find(line: string, editor: Interface): Promise<void> {
    this.cancel();
    const tab = this.#lastTab;
    const found = await this.#complete(fromEditor(line));
    if (!found || tab !== this.#lastTab) return;
    // The user typed on: the completion would end up inside the text.
    if (editor.line.slice(0, editor.cursor) !== line) return;
    const { candidates, of } = found;
    if (candidates.length > 1 && commonBeginning(candidates).length <= of.length) {
      this.#options.list(candidates.map((word) => word.trimEnd()));
    }
    this.#found = found;
    editor.write(null, { name: 'tab' });
    this.#options.completed();
  }

  async #complete(line: string): Promise<Completion | undefined> {
    try {
      return await this.#options.complete(line);
    } catch {
      // For example, a user without a home folder has no completion of `~`.
      return undefined;
    }
  }
}
