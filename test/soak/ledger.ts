/** The outcome of a sent text, as its sender knows it. */
export type Fate = 'granted' | 'refused' | 'unknown';

interface Entry {
  fate: Fate;
  /** The stream: `room`, or a recipient. */
  readonly to: string;
  readonly seq: number | undefined;
}

/** All texts sent in a soak. At the end they are compared with the streams. */
export class Ledger {
  readonly #sent = new Map<string, Entry>();

  /** Notes a text before it is sent, because it may be stored from now on. */
  sending(text: string, to: string): void {
    this.#sent.set(text, { fate: 'unknown', to, seq: undefined });
  }

  settle(text: string, fate: Fate, seq?: number): void {
    const entry = this.#sent.get(text);
    if (entry) this.#sent.set(text, { ...entry, fate, seq });
  }

  count(fate: Fate): number {
    return [...this.#sent.values()].filter((entry) => entry.fate === fate).length;
  }

  /** Checks a stream. Finds numbers out of order, and missing, duplicate and unexpected texts. */
  audit(stream: string, messages: readonly { readonly seq: number; readonly text: string }[]): string[] {
    const problems: string[] = [];
    const times = new Map<string, number>();
    let last = 0;
    for (const { seq, text } of messages) {
      // A number without a message belonged to a writer that died.
      if (seq <= last) problems.push(`${stream}: number ${seq} stands after ${last}`);
      last = seq;
      times.set(text, (times.get(text) ?? 0) + 1);
      const entry = this.#sent.get(text);
      if (!entry || entry.to !== stream) problems.push(`${stream}: "${text}" was never sent there`);
      else if (entry.fate === 'refused') problems.push(`${stream}: "${text}" was refused, and is there`);
      else if (entry.fate === 'granted' && entry.seq !== seq) {
        problems.push(`${stream}: "${text}" was acknowledged as ${entry.seq}, and is ${seq}`);
      }
    }
    for (const [text, count] of times) if (count > 1) problems.push(`${stream}: "${text}" is there ${count} times`);
    for (const [text, { to, fate }] of this.#sent) {
      if (to === stream && fate === 'granted' && !times.has(text)) problems.push(`${stream}: "${text}" is lost`);
    }
    return problems;
  }
}
