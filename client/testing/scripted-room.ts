import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type Action,
  type Arguments,
  eventFrame,
  parseRequest,
  type RefusalCode,
  type RefusalDetails,
  type Result,
  type RoomEvent,
  refusalFrame,
  replyFrame,
} from '../../protocol/index.ts';

/** A queue of values. `take` waits if it is empty. */
class Queue<T> {
  readonly #values: T[] = [];
  readonly #takers: ((value: T) => void)[] = [];

  put(value: T): void {
    const taker = this.#takers.shift();
    if (taker) taker(value);
    else this.#values.push(value);
  }

  take(): Promise<T> {
    const value = this.#values.shift();
    return value === undefined ? new Promise((resolve) => this.#takers.push(resolve)) : Promise.resolve(value);
  }
}

/** The requests that tests answer. Every other request is refused as unknown, so that a new command changes no test. */
const scriptedActions = [
  ...([
    'login',
    'register',
    'deregister',
    'resume',
    'passwd',
    'logout',
    'sync',
    'ack',
    'here',
    'message',
    'broadcast',
  ] as const),
  ...(['history', 'whoelse', 'wholasthr', 'block', 'unblock', 'blocklist'] as const),
  ...(['file', 'fileget', 'filedone', 'filedecline'] as const),
];

type ScriptedAction = (typeof scriptedActions)[number];

const isScripted = (action: Action): action is ScriptedAction =>
  (scriptedActions as readonly Action[]).includes(action);

/** A request as the room received it, and the ways to answer. */
export interface Received<A extends Action = Action> {
  readonly action: A;
  readonly id: string | undefined;
  readonly again: boolean;
  readonly arguments: Arguments<A>;
  reply(result: Result<A>): void;
  refuse(code: RefusalCode, details?: RefusalDetails): void;
}

/** Whether a request is this one. */
export const isRequest = <A extends Action>(request: Received, action: A): request is Received<A> =>
  request.action === action;

/** The room's end of one connection, played by a test. Heartbeats are answered unless told otherwise. */
export class Peer {
  readonly #socket: WebSocket;
  readonly #requests = new Queue<Received>();
  /** Resolves with the close code, as this end sees it. */
  readonly closed: Promise<number>;
  answersPings = true;
  pings = 0;
  pingFrames = 0;

  constructor(socket: WebSocket, answersPingFrames: boolean) {
    this.#socket = socket;
    socket.on('ping', (data) => {
      this.pingFrames += 1;
      if (answersPingFrames && this.answersPings) socket.pong(data);
    });
    this.closed = once(socket, 'close').then(([code]) => code as number);
    socket.on('message', (data) => this.#receive(String(data)));
  }

  /** The next request, which must be this one. @param skipped Requests that may come before it. */
  async next<A extends ScriptedAction>(action: A, ...skipped: ScriptedAction[]): Promise<Received<A>> {
    for (;;) {
      const request = await this.#requests.take();
      if (isRequest(request, action)) return request;
      if (!skipped.some((one) => one === request.action)) throw new Error(`expected ${action}, got ${request.action}`);
    }
  }

  /** The next request, whichever it is. */
  nextOfAny(): Promise<Received> {
    return this.#requests.take();
  }

  event(event: RoomEvent): void {
    this.send(eventFrame(event));
  }

  send(frame: string): void {
    this.#socket.send(frame);
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** Closes the socket without a close frame. */
  vanish(): void {
    this.#socket.terminate();
  }

  #receive(frame: string): void {
    const parsed = parseRequest(frame);
    if (!parsed.ok) throw new Error(`not a request: ${parsed.bad.message}`);
    const { action, id, again, arguments: args } = parsed.request;
    if (action === 'ping') {
      this.pings += 1;
      if (this.answersPings) this.send('{"type":"pong"}');
      return;
    }
    if (!isScripted(action)) {
      this.send(refusalFrame(action, id, 'unknown-action'));
      return;
    }
    this.#requests.put({
      action,
      id,
      again,
      arguments: args,
      reply: (result) => this.send(replyFrame(action, id, result)),
      refuse: (code, details) => this.send(refusalFrame(action, id, code, undefined, details)),
    });
  }
}

/** A room on a real WebSocket server. The test sends all of its frames. */
export class ScriptedRoom {
  readonly #server: WebSocketServer;
  readonly #peers = new Queue<Peer>();
  /** HTTP status with which connections are refused from now on. */
  refuseWith: number | undefined;
  /** Whether WebSocket ping frames are answered on the connections from now on. */
  answersPingFrames = false;
  attempts = 0;
  /** The path and query string of the last attempt. */
  lastUrl: string | undefined;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => this.#peers.put(new Peer(socket, this.answersPingFrames)));
  }

  static async start(): Promise<ScriptedRoom> {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      autoPong: false,
      verifyClient: ({ req }, answer) => {
        room.attempts += 1;
        room.lastUrl = req.url;
        answer(room.refuseWith === undefined, room.refuseWith);
      },
    });
    const room = new ScriptedRoom(server);
    await once(server, 'listening');
    return room;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next connection. */
  peer(): Promise<Peer> {
    return this.#peers.take();
  }

  /** Answers the next login over the connection, without missed messages. */
  async letIn(peer: Peer, upTo = { inbox: 0, room: 0 }): Promise<void> {
    const login = await peer.next('login');
    login.reply({ user: login.arguments.user, token: 'token-1', timeOut: 600, unread: { inbox: 0, room: 0 } });
    (await peer.next('sync')).reply({ messages: [], upTo, more: false });
  }

  async close(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const sentAt = '2026-11-23T09:00:00.000Z';

/** A broadcast by facebook, saying its own number. */
export const broadcast = (seq: number, text = `broadcast ${seq}`) =>
  ({ type: 'event', event: 'broadcast', stream: 'room', seq, from: 'facebook', text, sentAt }) as const;

/** A private message by facebook, saying its own number. */
export const message = (seq: number, text = `message ${seq}`) =>
  ({ type: 'event', event: 'message', stream: 'inbox', seq, from: 'facebook', text, sentAt }) as const;

/** A broadcast by a blocked user. */
export const hidden = (seq: number) => ({ type: 'event', event: 'hidden', stream: 'room', seq }) as const;
