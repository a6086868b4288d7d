import type * as v from 'valibot';
import { type ChangeableName, changeableNames } from '../../../protocol/admin/settings.ts';
import type { KeptRoom } from '../../chat/backup/records.ts';
import type { TableName } from '../names.ts';
import type { storedState } from '../room-state.ts';
import type { storedLifecycle } from './room-lifecycle.ts';

type StoredRoom = v.InferOutput<typeof storedState> & v.InferOutput<typeof storedLifecycle>;

/** Tables whose items a backup keeps whole, with the attributes it leaves out and why. */
export const wholeTables = {
  users: { blockedBy: 'A restore derives it from the blocks of the other users.' },
  messages: {},
  loginBlocks: {},
  fileRecords: {},
} as const satisfies Partial<Record<TableName, Readonly<Record<string, string>>>>;

/** Tables that a backup leaves out, and why. The compiler asks for a new table here or above. */
export const omittedTables: Readonly<Record<Exclude<TableName, keyof typeof wholeTables | 'room'>, string>> = {
  presence: 'Nobody is online in a restored room.',
  connections: 'Nobody is online in a restored room.',
};

/**
 * The attributes of the Room item other than settings, which are always kept: `true` if a backup keeps the attribute, otherwise why not.
 * The compiler asks for a new attribute here, and for the schema of a kept one in `KeptRoom`.
 */
const roomAttributes: {
  readonly [N in Exclude<keyof StoredRoom, ChangeableName>]: N extends keyof KeptRoom ? true : string;
} = {
  lastBroadcast: true,
  bans: true,
  open: 'An administrator decides whether a restored room is open.',
  openedAt: 'A time of this room.',
  closedAt: 'A time of this room.',
  restoring: 'The lock of the restore itself.',
  online: 'Nobody is online in a restored room.',
  logins: 'A counter that must only grow, even across a restore.',
  sweepUntil: 'A schedule of this room.',
  usage: 'Belongs to the bill of this room.',
  spent: 'Belongs to the bill of this room.',
  closedFor: 'An administrator decides whether a restored room is open.',
};

/** The attributes of the Room item that a backup keeps. */
export const keptRoomAttributes: readonly string[] = [
  ...changeableNames,
  ...Object.entries(roomAttributes).flatMap(([name, kept]) => (kept === true ? [name] : [])),
];
