import { RawClient } from '../harness/raw-client.ts';
import { password } from '../harness/room.ts';

/** A user who sends messages to himself, one after the other, until the connection ends. */
export class Talker {
  readonly #user: string;
  /** The texts that the room acknowledged. */
  readonly acknowledged: string[] = [];
  #hasBegun = false;
  #begins: () => void = () => undefined;
  /** Resolves when the room has acknowledged a text. */
  readonly talks = new Promise<void>((resolve) => {
    this.#begins = resolve;
  });

  constructor(user: string) {
    this.#user = user;
  }

  /** Whether the room opened in time. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  async talk(url: string): Promise<void> {
    try {
      const client = await RawClient.open(url);
      this.#hasBegun = true;
      await client.get('register', { user: this.#user, password });
      await client.get('login', { user: this.#user, password });
      for (let number = 1; ; number++) {
        const text = `${this.#user} says ${number}`;
        const reply = await client.ask('broadcast', { text });
        if (!reply.ok) continue;
        this.acknowledged.push(text);
        this.#begins();
      }
    } catch {
      // The room was killed, or its disk is full.
    }
  }

  /** What is wrong with the messages in a room that was started again. */
  async missing(client: RawClient): Promise<string[]> {
    await client.get('login', { user: this.#user, password });
    const times = new Map<string, number>();
    // The user has acknowledged nothing, so the first page begins at the registration.
    let page = await client.get('sync', {});
    for (;;) {
      for (const message of page.messages) {
        if (message.event === 'broadcast') times.set(message.text, (times.get(message.text) ?? 0) + 1);
      }
      if (!page.more) break;
      page = await client.get('sync', page.upTo);
    }
    return this.acknowledged.flatMap((text) => {
      const found = times.get(text) ?? 0;
      return found === 1 ? [] : [`"${text}" was acknowledged, and is there ${found} times`];
    });
  }
}
