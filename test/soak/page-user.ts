import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { RoomConnection, SavedSession } from '../../client/room/browser.ts';
import { password } from '../harness/room.ts';
import type { BrowserLibrary } from './browser-library.ts';
import { type Company, dice } from './person.ts';
import { Reader } from './reader.ts';

/** A simulated user of a web page: the browser build of the connection library, with a network that breaks. */
export class PageUser {
  readonly name: string;
  readonly reader: Reader;
  readonly #company: Company;
  readonly #library: BrowserLibrary;
  readonly #throw: (sides: number) => number;
  readonly #sockets = new Set<WebSocket>();
  readonly #WebSocket: new (
    url: string,
  ) => WebSocket;
  #room: RoomConnection | undefined;
  #isOnline = false;
  /** What the page keeps for its reload. */
  #saved: SavedSession | undefined;
  #said = 0;

  constructor(name: string, company: Company, library: BrowserLibrary) {
    this.name = name;
    this.reader = new Reader(name);
    this.#company = company;
    this.#library = library;
    this.#throw = dice(`${company.seed}/${name}`);
    const sockets = this.#sockets;
    this.#WebSocket = class extends WebSocket {
      constructor(url: string) {
        super(url, { perMessageDeflate: false });
        sockets.add(this);
        this.once('close', () => sockets.delete(this));
      }
    };
  }

  async live(): Promise<void> {
    while (this.#company.goOn()) {
      await sleep(200 + this.#throw(1200));
      try {
        if (this.#room && this.#isOnline) await this.#act(this.#room);
        else await this.#enter();
      } catch {
        // An injected fault, or a lost connection.
        this.#company.tally.failed += 1;
        if (!this.#isOnline) this.#leavePage();
      }
    }
  }

  /** Reads both streams to the end, over a new login. */
  async finish(): Promise<void> {
    await this.leave();
    const room = await this.#enter();
    await room.caughtUp();
  }

  /** Logs out. */
  async leave(): Promise<void> {
    await this.#room?.leave();
    this.#room = undefined;
    this.#isOnline = false;
    this.#saved = undefined;
  }

  /** Opens the page. Continues its session, if there is one, or logs in. */
  async #enter(): Promise<RoomConnection> {
    const { room: served, tally } = this.#company;
    const { connect, defaultTiming, RefusalError, scaled } = this.#library;
    const read = this.reader.newPage();
    const room = await connect(
      {
        url: served.url,
        timing: scaled(defaultTiming, this.#company.speed),
        message: read,
        session: (session) => {
          this.#saved = session;
        },
      },
      this.#WebSocket,
    );
    this.#room = room;
    const saved = this.#saved;
    const isContinued =
      saved !== undefined &&
      (await room.resume(saved).then(
        () => true,
        (error: unknown) => {
          if (!(error instanceof RefusalError)) throw error;
          return false;
        },
      ));
    if (!isContinued) {
      const options = { keepPassword: this.#throw(2) === 0, takeOver: this.#throw(2) === 0 };
      tally.requests += 1;
      await room.login(this.name, password, options);
    }
    tally[isContinued ? 'resumes' : 'logins'] += 1;
    this.#isOnline = true;
    void room.ended.then(() => {
      if (this.#room === room) this.#isOnline = false;
    });
    return room;
  }

  /** Ends the page, as a reload does. */
  #leavePage(): void {
    this.#room?.suspend();
    this.#room = undefined;
    this.#isOnline = false;
  }

  async #act(room: RoomConnection): Promise<void> {
    const { names, tally } = this.#company;
    const act = this.#throw(100);
    if (act < 55) await this.#say(room, names[this.#throw(names.length)] ?? this.name);
    else if (act < 70) await this.#say(room, 'room');
    else if (act < 80) {
      tally.requests += 1;
      await room.request('whoelse', {});
    } else if (act < 84) await this.leave();
    else if (act < 90) this.#leavePage();
    else {
      tally.kills += 1;
      for (const socket of this.#sockets) socket.terminate();
      // Half of the pages are reloaded before the library has resumed.
      if (act < 95) this.#leavePage();
    }
  }

  async #say(room: RoomConnection, to: string): Promise<void> {
    const { ledger, tally } = this.#company;
    this.#said += 1;
    const text = `${this.name} ${this.#said}`;
    ledger.sending(text, to);
    tally.requests += 1;
    try {
      const { seq } = await (to === 'room'
        ? room.request('broadcast', { text })
        : room.request('message', { to, text }));
      ledger.settle(text, 'granted', seq);
    } catch (error) {
      const isRefused = error instanceof this.#library.RefusalError && error.code !== 'internal';
      if (isRefused || error instanceof this.#library.ConnectionEndedError) ledger.settle(text, 'refused');
      else tally.failed += 1;
    }
  }
}
