import { setTimeout as sleep } from 'node:timers/promises';
import { parseRoomFrame, type Result, type StreamMessage } from '../../protocol/index.ts';
import type { RawClient } from '../harness/raw-client.ts';

type Stream = 'inbox' | 'room';

/** Milliseconds until a page is asked for again that ended before a message on its way. */
const gap = 200;

/** A user's screen: shows each number once and in order, as the protocol has a client do, and asks `sync` for the rest. */
export class Reader {
  readonly shown: Record<Stream, { seq: number; text: string }[]> = { inbox: [], room: [] };
  readonly problems: string[] = [];
  readonly #name: string;
  /** The last number passed: shown, or in a page without a message. */
  readonly #position = { inbox: 0, room: 0 };

  constructor(name: string) {
    this.#name = name;
  }

  /** Shows what is posted over a connection, as far as nothing is missing before it. */
  follow(client: RawClient): void {
    client.socket.on('message', (data) => {
      const frame = parseRoomFrame(String(data));
      if (frame.kind !== 'event') return;
      const { event } = frame;
      if (event.event !== 'message' && event.event !== 'broadcast') return;
      if (event.seq <= this.#position[event.stream] + 1) this.#take(event);
    });
  }

  /** Catches up from where the room thinks this reader is, then acknowledges. */
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
