import { parseRoomFrame, type StreamMessage } from '../../protocol/index.ts';
import type { RawClient } from '../harness/raw-client.ts';

type Stream = 'inbox' | 'room';

/** Somebody's screen: shows each number once and in order, as the protocol has a client do, and asks `sync` for the rest. */
export class Reader {
  readonly shown: Record<Stream, { seq: number; text: string }[]> = { inbox: [], room: [] };
  readonly problems: string[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Shows what is posted over a connection, as far as nothing is missing before it. */
  follow(client: RawClient): void {
    client.socket.on('message', (data) => {
      const frame = parseRoomFrame(String(data));
      if (frame.kind !== 'event') return;
      const { event } = frame;
      if (event.event === 'message' || event.event === 'broadcast') this.#take(event);
    });
  }

  /** Catches up from where the room thinks this reader is, then acknowledges. */
  async sync(client: RawClient): Promise<void> {
    let page = await client.get('sync', {});
    for (;;) {
      for (const message of page.messages) {
        if (!this.#take(message)) {
          this.problems.push(`${this.#name}: sync left out what is before ${message.stream} ${message.seq}`);
        }
      }
      if (!page.more) break;
      page = await client.get('sync', page.upTo);
    }
    this.acknowledge(client);
  }

  acknowledge(client: RawClient): void {
    client.say('ack', { inbox: this.shown.inbox.length, room: this.shown.room.length });
  }

  /** False if something before it is missing. */
  #take(message: StreamMessage): boolean {
    const { stream, seq } = message;
    const text = 'text' in message ? message.text : message.event;
    const screen = this.shown[stream];
    if (seq > screen.length + 1) return false;
    const before = screen[seq - 1];
    if (!before) screen.push({ seq, text });
    else if (before.text !== text) this.problems.push(`${this.#name}: ${stream} ${seq} was given with two texts`);
    return true;
  }
}
