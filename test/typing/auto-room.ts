import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { eventFrame, parseRequest, refusalFrame, replyFrame } from '../../protocol/index.ts';

const sentAt = '2026-11-23T09:00:00.000Z';

/** A text that a client has sent. */
export interface Sent {
  readonly action: string;
  readonly text?: string | undefined;
  readonly to?: string | undefined;
}

/** Actions that a client sends by itself, or to complete a name. */
const unasked: ReadonlySet<string> = new Set(['ack', 'here', 'sync', 'login', 'logout', 'whoelse', 'fileget', 'ping']);

/** A room on a real WebSocket server for one client. It accepts every request, and keeps the requests of the user. */
export class AutoRoom {
  readonly #server: WebSocketServer;
  readonly #watchers = new Set<() => void>();
  #socket: WebSocket | undefined;
  #seq = 0;
  sent: Sent[] = [];

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#socket = socket;
      this.#seq = 0;
      socket.on('message', (data) => this.#receive(socket, String(data)));
      socket.on('error', () => {});
    });
  }

  static async start(): Promise<AutoRoom> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new AutoRoom(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Broadcasts a text of another user. */
  say(text: string): void {
    this.#seq += 1;
    const stream = { stream: 'room', seq: this.#seq, from: 'Columbia', sentAt } as const;
    this.#socket?.send(eventFrame({ type: 'event', event: 'broadcast', ...stream, text }));
  }

  /** Whether a request was received, now or within this time (ms). */
  async has(isIt: (sent: Sent) => boolean, patience: number): Promise<boolean> {
    if (this.sent.some(isIt)) return true;
    return new Promise((resolve) => {
      const settle = (result: boolean) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve(result);
      };
      const look = () => this.sent.some(isIt) && settle(true);
      const timer = setTimeout(() => settle(false), patience);
      this.#watchers.add(look);
    });
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #receive(socket: WebSocket, frame: string): void {
    const parsed = parseRequest(frame);
    if (!parsed.ok) {
      const { id } = JSON.parse(frame) as { id?: string };
      this.#note({ action: 'malformed' });
      socket.send(refusalFrame('message', id, 'bad-request'));
      return;
    }
    const { action, id, arguments: args } = parsed.request;
    if (action === 'ping') return void socket.send('{"type":"pong"}');
    if (!unasked.has(action)) this.#note({ action, ...args });
    switch (action) {
      case 'login':
        return socket.send(
          replyFrame(action, id, { user: 'facebook', token: 't', timeOut: 600, unread: { inbox: 0, room: 0 } }),
        );
      case 'sync':
        return socket.send(replyFrame(action, id, { messages: [], upTo: { inbox: 0, room: this.#seq }, more: false }));
      case 'message':
        return socket.send(replyFrame(action, id, { delivery: 'delivered', seq: 1, sentAt }));
      case 'broadcast': {
        this.say(parsed.request.arguments.text);
        return socket.send(replyFrame(action, id, { online: 1, seq: this.#seq, sentAt }));
      }
      case 'whoelse':
        return socket.send(replyFrame(action, id, { users: ['Columbia'], total: 1 }));
      case 'history':
        return socket.send(replyFrame(action, id, { messages: [], more: false }));
      case 'logout':
        return socket.send(replyFrame(action, id, {}));
      case 'ack':
      case 'here':
        return;
      default:
        socket.send(refusalFrame(action, id, 'unknown-action'));
    }
  }

  #note(sent: Sent): void {
    this.sent.push(sent);
    for (const watcher of this.#watchers) watcher();
  }
}
