/** The connection to a chat room, for the terminal client and for other programs. */
export type { Ending, ForcedEnding } from './ending.ts';
export * from './errors.ts';
export {
  type ConnectOptions,
  connect,
  type LoginOptions,
  type RoomConnection,
  type RoomHandlers,
} from './room-connection.ts';
export type { ShownMessage, StreamName } from './stream-order.ts';
export { defaultTiming, scaled, type Timing } from './timing.ts';
