import type { Timing } from './timing.ts';

/** What an open WebSocket reports. */
export interface SocketEvents {
  message(text: string): void;
  /** A WebSocket ping frame has come. */
  ping(): void;
  pong(): void;
  /** Called once, with the close code. */
  closed(code: number): void;
}

/** An open WebSocket, as a link uses it. */
export interface Socket {
  /** Call it at once. */
  listen(events: SocketEvents): void;
  send(text: string): void;
  /** Sends a WebSocket ping frame. A browser cannot. */
  readonly ping?: () => void;
  /** Closes with code 1000, which the room treats as a logout. */
  close(): void;
  /** Ends the connection in such a way that the room does not treat it as a logout. */
  drop(): void;
}

/** What differs between Node.js and browsers. */
export interface Platform {
  /**
   * Opens a WebSocket.
   * @param timeout Milliseconds.
   * @throws {ConnectError}
   */
  openSocket(url: string, timeout: number): Promise<Socket>;
  /** Whether a refused connection gives no reason. Then the room may be busy, so the client goes on trying. */
  readonly hidesRefusals: boolean;
  /**
   * Calls back when connections may be dead without an event: after a sleep of the machine, for example.
   * @returns a function that ends it.
   */
  onWake(callback: () => void, timing: Timing): () => void;
  /**
   * Calls back when the network is gone, so that connections are dead. Leave it out where the platform does not know.
   * @returns a function that ends it.
   */
  readonly onOffline?: (callback: () => void) => () => void;
}
