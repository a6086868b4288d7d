/** What the library exports in Node.js and in browsers. */
export type { Ending, ForcedEnding } from './ending.ts';
export * from './errors.ts';
export type { ConnectOptions, LoginOptions, RoomConnection, RoomHandlers } from './room-connection.ts';
export type { SavedSession } from './session.ts';
export type { ShownMessage, StreamName } from './stream-order.ts';
export { defaultTiming, scaled, type Timing } from './timing.ts';
