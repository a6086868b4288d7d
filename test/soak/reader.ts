import { setTimeout as sleep } from 'node:timers/promises';
import { parseRoomFrame, type Result, type StreamMessage } from '../../protocol/index.ts';
import type { RawClient } from '../harness/raw-client.ts';

type Stream = 'inbox' | 'room';

/** Milliseconds before a page is requested again that ended before an uncommitted message. */
const gap = 200;

/** A user's screen. Shows each number once and in order, and sends `sync` for missing ones, as the protocol demands. */
export class Reader {
  readonly shown: Record<Stream, { seq: number; text: string }[]> = { inbox: [], room: [] };
  readonly problems: string[] = [];
  readonly #name: string;
  /** The last number passed: shown, or in a page without a message. */
  readonly #position = { inbox: 0, room: 0 };

  constructor(name: string) {
    this.#name = name;
  }

  /** Shows the posts of a connection until a number is missing. */
  follow(client: RawClient): void {
    client.socket.on('message', (data) => {
      const frame = parseRoomFrame(String(data));
      if (frame.kind !== 'event') return;
      const { event } = frame;
      if (event.event !== 'message' && event.event !== 'broadcast') return;
      if (event.seq <= this.#position[event.stream] + 1) this.#take(event);
    });
  }

  /**
   * Takes the messages that the connection library shows on a page. A page shows each number once and in order. The
   * next page may show what was not acknowledged.
   */
  newPage(): (message: StreamMessage) => void {
    const last = { inbox: 0, room: 0 };
    return (message) => {
      const { stream, seq } = message;
      if (seq <= last[stream])
        this.problems.push(`${this.#name}: a page showed ${stream} ${seq} after ${last[stream]}`);
      last[stream] = seq;
      this.#take(message);
    };
  }

  /** Syncs from the room's cursor for this reader, then acknowledges. */
  async sync(client: RawClient): Promise<void> {
    for (let from: Partial<Result<'sync'>['upTo']> = {}; ; ) {
      const { messages, upTo, more } = await client.get('sync', from);
      for (const message of messages) this.#take(message);
      for (const stream of ['inbox', 'room'] as const) {
        this.#position[stream] = Math.max(this.#position[stream], upTo[stream]);
      }
      if (!more) break;
      if (upTo.inbox === from.inbox && upTo.room === from.room) await sleep(gap);
      from = upTo;
    }
    this.acknowledge(client);
  }

  acknowledge(client: RawClient): void {
    client.say('ack', this.#position);
  }

  #take(message: StreamMessage): void {
    const { stream, seq } = message;
    const text = 'text' in message ? message.text : message.event;
    if (seq > this.#position[stream]) {
      this.shown[stream].push({ seq, text });
      this.#position[stream] = seq;
      return;
    }
    const before = this.shown[stream].find((one) => one.seq === seq);
    if (!before) this.problems.push(`${this.#name}: ${stream} ${seq} came when its number had been passed`);
    else if (before.text !== text) this.problems.push(`${this.#name}: ${stream} ${seq} was given with two texts`);
  }
}
