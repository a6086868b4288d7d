import { ConnectError } from './errors.ts';
import { addressOf } from './purpose.ts';
import type { Platform, Socket, SocketEvents } from './socket.ts';
import { onWake } from './wake-detector.ts';

/** What is used of a browser's WebSocket. */
export interface WebSocketLike {
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
  send(text: string): void;
  close(code?: number): void;
}

export type WebSocketClass = new (url: string) => WebSocketLike;

/** What is used of a page. A worker has none of it but the WebSocket. */
interface Page {
  readonly WebSocket?: WebSocketClass;
  readonly document?: EventTarget & { readonly visibilityState: string };
  readonly addEventListener?: EventTarget['addEventListener'];
  readonly removeEventListener?: EventTarget['removeEventListener'];
}

const page: Page = globalThis;

/** The close code of a connection that the client gives up. The room treats 1000 as a logout, but not this one. */
const givenUp = 4000;

/** The close code of a connection that ended without a close frame. */
const abnormal = 1006;

class BrowserSocket implements Socket {
  readonly #socket: WebSocketLike;
  #events: SocketEvents | undefined;

  constructor(socket: WebSocketLike) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#events?.message(String(data)));
    socket.addEventListener('close', ({ code }) => this.#closed(code));
  }

  listen(events: SocketEvents): void {
    this.#events = events;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  close(): void {
    this.#socket.close(1000);
  }

  /** A browser waits many seconds for a dead peer to answer the close, so the end is reported at once. */
  drop(): void {
    this.#socket.close(givenUp);
    setTimeout(() => this.#closed(abnormal));
  }

  #closed(code: number): void {
    const events = this.#events;
    this.#events = undefined;
    events?.closed(code);
  }
}

/** Opens a browser's WebSocket. */
function openSocket(url: string, timeout: number, WebSocket: WebSocketClass): Promise<Socket> {
  const address = addressOf(url);
  return new Promise((resolve, reject) => {
    let socket: WebSocketLike;
    try {
      socket = new WebSocket(url);
    } catch (error) {
      const line = `${address} is not the address of a room, or this page may not use it (a page over HTTPS needs wss://…).`;
      reject(new ConnectError('bad-address', line, error));
      return;
    }
    const late = setTimeout(() => {
      reject(new ConnectError('timeout', `${address} did not answer in time. Check the network connection.`));
      socket.close();
    }, timeout);
    socket.addEventListener('open', () => {
      clearTimeout(late);
      resolve(new BrowserSocket(socket));
    });
    // `close` follows every error, and no error says more.
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', () => {
      clearTimeout(late);
      const line = `${address} cannot be reached. There may be no network, or the room is stopped or does not admit this page.`;
      reject(new ConnectError('unreachable', line));
    });
  });
}

/** Calls back after a sleep, when the network is back, and when the user looks at the page again. */
function onWakeOfPage(callback: () => void, every: number, pause: number): () => void {
  const { document } = page;
  const isHidden = () => document?.visibilityState === 'hidden';
  const shown = () => {
    if (!isHidden()) callback();
  };
  const stop = onWake(callback, every, pause, isHidden);
  document?.addEventListener('visibilitychange', shown);
  page.addEventListener?.('online', callback);
  return () => {
    stop();
    document?.removeEventListener('visibilitychange', shown);
    page.removeEventListener?.('online', callback);
  };
}

/** Calls back when the browser says that the network is gone. */
function onOffline(callback: () => void): () => void {
  page.addEventListener?.('offline', callback);
  return () => page.removeEventListener?.('offline', callback);
}

/** A browser: its own WebSocket, or another class like it. */
export const browserPlatform = (WebSocket: WebSocketClass | undefined = page.WebSocket): Platform => ({
  openSocket: async (url, timeout) => {
    if (!WebSocket) throw new ConnectError('unreachable', 'This browser has no WebSocket.');
    return openSocket(url, timeout, WebSocket);
  },
  hidesRefusals: true,
  onOffline,
  onWake: (callback, { watch, asleep }) => onWakeOfPage(callback, watch, asleep),
});
