/** The connection to a chat room, for pages. */
import { browserPlatform, type WebSocketClass } from './browser-platform.ts';
import { type ConnectOptions, RoomConnection } from './room-connection.ts';

export type { WebSocketClass, WebSocketLike } from './browser-platform.ts';
export * from './common.ts';

/**
 * Connects to a room. A browser does not say why a connection was refused, so the message of a {@link ConnectError} names
 * what it may be. A room to which too many clients connect looks like a missing network, so `connect` tries for ten minutes
 * before it rejects; `signal` ends the attempts.
 *
 * @param WebSocket The class to use instead of the browser's.
 * @throws {ConnectError} whose message is one line for a person.
 */
export function connect(options: ConnectOptions, WebSocket?: WebSocketClass): Promise<RoomConnection> {
  return RoomConnection.open(browserPlatform(WebSocket), options);
}
