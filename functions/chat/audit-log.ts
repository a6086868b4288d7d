import { type Action, commands, foldName, isAction, type RefusalCode, type Request } from '../../protocol/index.ts';
import type { Member } from './model.ts';
import type { AuditEntry, Room } from './ports.ts';

/** Who turns out to be speaking, and over which connection. */
export interface Caller {
  readonly connectionId: string;
  readonly address: string;
  member: Member | undefined;
}

/** What clients say by themselves, over and over: only a refusal of it is worth a line in the log. */
const unasked: ReadonlySet<string> = new Set<Action>(['ack', 'sync']);

/** Results to whoever gave a name that nobody has, or may have: it was not looked up. People type passwords where a name is asked for. */
const nameless: ReadonlySet<string> = new Set<RefusalCode>([
  'no-such-user',
  'invalid-user',
  'room-stopped',
  'rate-limited',
  'not-logged-in',
  'internal',
  // As likely as not, there is no such account.
  'bad-token',
]);

/** Writes down a command that was said. */
export function auditCommand(room: Room, startedAt: number, caller: Caller, request: Request, result: string): void {
  if (result === 'ok' && unasked.has(request.action)) return;
  const about = whom(request, result);
  const user = nameOf(caller, request, result);
  note(room, startedAt, caller, { what: request.action, user, result, ...(about && { about }) });
}

/** Whom somebody blocks, or hears again: whoever settles a quarrel wants to know. Only the command itself has looked up whether there is one. */
function whom({ action, arguments: args }: Request, result: string): AuditEntry['about'] {
  if (!((action === 'block' || action === 'unblock') && 'user' in args)) return undefined;
  const refusals: readonly string[] = commands[action].refusals;
  const isFound = result === 'ok' || (refusals.includes(result) && result !== 'no-such-user');
  return isFound ? { user: foldName(String(args.user)) } : undefined;
}

/** Writes down a frame that was no command. */
export function auditBadFrame(
  room: Room,
  startedAt: number,
  caller: Caller,
  action: string | null,
  result: string,
): void {
  // An action that is none may be anything, a message even.
  note(room, startedAt, caller, { what: isAction(action) ? action : 'frame', result });
}

const isGuests = (action: string) => isAction(action) && commands[action].who === 'guest';

function nameOf({ member }: Caller, { action, arguments: args }: Request, result: string): string | undefined {
  if (member) return member.name;
  // Who chose a bad password for a new account has none; who did at a login has one.
  const isNameless = nameless.has(result) || (action === 'register' && result === 'invalid-password');
  return isGuests(action) && 'user' in args && !isNameless ? foldName(String(args.user)) : undefined;
}

function note(room: Room, startedAt: number, { connectionId, address }: Caller, entry: AuditEntry): void {
  const comesIn = isGuests(entry.what) && { address };
  room.auditLog({ ...entry, ms: room.clock.now() - startedAt, connectionId, ...comesIn });
}
