/** The connection to a chat room, for the terminal client and for other programs. */
import { nodePlatform } from './node-platform.ts';
import { type ConnectOptions, RoomConnection } from './room-connection.ts';

export * from './common.ts';

/**
 * Connects to a room.
 *
 * @example
 * const room = await connect({
 *   url: 'ws://127.0.0.1:9000',
 *   message: (message) => console.log(message),
 * });
 * await room.login('facebook', 'wastingtime');
 * await room.request('message', { to: 'Columbia', text: 'hello' });
 * await room.leave();
 *
 * @throws {ConnectError} whose message is one line for a person.
 */
export function connect(options: ConnectOptions): Promise<RoomConnection> {
  return RoomConnection.open(nodePlatform, options);
}
