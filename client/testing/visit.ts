import { WebSocket } from 'ws';
import { connect as connectOnPage } from '../room/browser.ts';
import { type ConnectOptions, connect, type RoomConnection, type ShownMessage, type Timing } from '../room/index.ts';
import { type Peer, ScriptedRoom } from './scripted-room.ts';

/** Whether the tests run with the library for pages. The project in vitest.config.ts decides. */
const isForPages = process.env['CHAT_LIBRARY'] === 'for pages';

/** The close code, as the room sees it, of a connection that the client drops. A page has to say one. */
export const dropped = isForPages ? 4000 : 1006;

const timing: Partial<Timing> = { gap: 20, backoff: 5, acknowledge: 20, handoverJitter: 0, overlap: 20, logout: 500 };

/** A connection to a scripted room, with short timeouts, and the messages that it has shown. */
export class Visit {
  readonly scripted: ScriptedRoom;
  /** A broadcast is shown as its number, any other message as event and number. */
  readonly shown: (number | string)[] = [];
  readonly #waiting: { count: number; resolve(): void }[] = [];
  #room: RoomConnection | undefined;

  private constructor(scripted: ScriptedRoom) {
    this.scripted = scripted;
  }

  static async begin(): Promise<Visit> {
    return new Visit(await ScriptedRoom.start());
  }

  get room(): RoomConnection {
    if (!this.#room) throw new Error('nobody has joined');
    return this.#room;
  }

  /** Connects. Returns the room's end of the connection. */
  async join(options: Partial<ConnectOptions> = {}, more: Partial<Timing> = {}): Promise<Peer> {
    const message = (one: ShownMessage) => this.take(one);
    const given = { url: this.scripted.url, message, timing: { ...timing, ...more }, ...options };
    this.#room = await (isForPages ? connectOnPage(given, WebSocket) : connect(given));
    return this.scripted.peer();
  }

  /** Connects and logs in. */
  async logIn(options?: Partial<ConnectOptions>, more?: Partial<Timing>): Promise<Peer> {
    const peer = await this.join(options, more);
    await Promise.all([this.room.login('csee4119', 'lotsofexams', { keepPassword: true }), this.scripted.letIn(peer)]);
    await this.room.caughtUp();
    return peer;
  }

  /** Resolves when this many messages have been shown in all. */
  shownCount(count: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.shown.length >= count) resolve();
      else this.#waiting.push({ count, resolve });
    });
  }

  /** The default message handler: notes the message as shown. */
  take(message: ShownMessage): void {
    this.shown.push(message.event === 'broadcast' ? message.seq : `${message.event} ${message.seq}`);
    for (const { count, resolve } of this.#waiting) if (this.shown.length >= count) resolve();
  }

  async end(): Promise<void> {
    const left = this.#room?.leave();
    await this.scripted.close();
    await left;
  }
}
