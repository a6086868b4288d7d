import {
  type Action,
  type Command,
  commands,
  foldName,
  isAction,
  type RefusalCode,
  type Request,
} from '../../protocol/index.ts';
import type { Member } from './model.ts';
import type { AuditEntry, Room } from './ports.ts';

/** The sender of a frame, if known, and the connection. */
export interface Caller {
  readonly connectionId: string;
  readonly address: string;
  member: Member | undefined;
}

/**
 * Refusals after which a guest's user name is not logged: it was not looked up or belongs to no account, and users sometimes type
 * a password where a name is expected.
 */
const unknownUserIf: readonly RefusalCode[] = [
  'no-such-user',
  'invalid-user',
  'room-stopped',
  'rate-limited',
  'not-logged-in',
  'internal',
  'bad-token',
  'banned',
  'invalid-password',
];

const entryOf = (action: Action): Command => commands[action];

/** Logs a command and its result: `ok`, or the code of a refusal. */
export function auditCommand(
  room: Room,
  startedAt: number,
  caller: Caller,
  request: Request,
  result: 'ok' | RefusalCode,
): void {
  if (result === 'ok' && entryOf(request.action).audit?.refusalsOnly) return;
  const user = caller.member?.name ?? guestName(request, result);
  const concerned = concernedUser(request, result);
  write(room, startedAt, caller, {
    what: request.action,
    user,
    result,
    ...(concerned && { about: { user: concerned } }),
  });
}

/** The other user whom a command concerns; undefined if the command did not find that user. */
function concernedUser({ action, arguments: args }: Request, result: 'ok' | RefusalCode): string | undefined {
  const { audit, refusals } = entryOf(action);
  const isFound = result === 'ok' || (refusals.includes(result) && result !== 'no-such-user');
  return audit?.concerns && isFound ? nameIn(args, audit.concerns) : undefined;
}

/** The account that a guest named; undefined if it may be none. */
function guestName({ action, arguments: args }: Request, result: 'ok' | RefusalCode): string | undefined {
  const { who, audit } = entryOf(action);
  const isUnknown = result !== 'ok' && (unknownUserIf.includes(result) || audit?.unknownUserIf?.includes(result));
  return who === 'guest' && !isUnknown ? nameIn(args, 'user') : undefined;
}

function nameIn(args: Readonly<Record<string, unknown>>, field: string): string | undefined {
  const name = args[field];
  return typeof name === 'string' ? foldName(name) : undefined;
}

/** Logs a frame that is not a well-formed command. */
export function auditBadFrame(
  room: Room,
  startedAt: number,
  caller: Caller,
  action: string | null,
  result: RefusalCode,
): void {
  // An unknown action may be any text, even a message.
  write(room, startedAt, caller, { what: isAction(action) ? action : 'frame', result });
}

function write(room: Room, startedAt: number, { connectionId, address }: Caller, entry: AuditEntry): void {
  const isGuests = isAction(entry.what) && commands[entry.what].who === 'guest';
  room.auditLog({ ...entry, ms: room.clock.now() - startedAt, connectionId, ...(isGuests && { address }) });
}
