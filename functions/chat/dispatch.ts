import {
  type Action,
  type Command,
  commands,
  isAction,
  parseRequest,
  type Request,
  type Result,
  refusalFrame,
  replyFrame,
} from '../../protocol/index.ts';
import { auditBadFrame, auditCommand, type Caller } from './audit-log.ts';
import type { Handler } from './commands/command.ts';
import { sayAndClose } from './end-session.ts';
import { activityResolutionMs, type Connection, type Member } from './model.ts';
import { orLog } from './or-log.ts';
import type { Room } from './ports.ts';
import { Refusal } from './refusal.ts';

/** A frame as it came in. */
export interface IncomingFrame {
  readonly connectionId: string;
  readonly address: string;
  readonly frame: string;
  readonly requestId: string;
}

/** What somebody answers for: some of the actions. */
export type Handlers<R extends Room> = { readonly [A in Action]?: Handler<A, R> };

/**
 * Answers one frame: the one place where a frame is parsed, where what a command's entry declares is enforced, where a
 * failure becomes a reply, and where what was said is written down. Gives the frame to send back, or nothing where the
 * reply does not go that way.
 */
export async function answer<R extends Room>(
  room: R,
  handlers: Handlers<R>,
  incoming: IncomingFrame,
): Promise<string | undefined> {
  const startedAt = room.clock.now();
  const caller: Caller = { connectionId: incoming.connectionId, address: incoming.address, member: undefined };
  const parsed = parseRequest(incoming.frame);
  if (!parsed.ok) {
    const { code, message, field, action, id } = parsed.bad;
    auditBadFrame(room, startedAt, caller, action, code);
    const frame = refusalFrame(action, id, code, message, field === undefined ? {} : { field });
    return send(room, incoming, action, frame, false);
  }
  const { request } = parsed;
  const { action, id } = request;
  try {
    const result = await perform(room, handlers, incoming, request, caller);
    auditCommand(room, startedAt, caller, request, 'ok');
    return await send(room, incoming, action, replyFrame(action, id, result), true);
  } catch (error) {
    auditCommand(room, startedAt, caller, request, error instanceof Refusal ? error.code : 'internal');
    return send(room, incoming, action, failureFrame(room, incoming, action, id, error), false);
  }
}

/**
 * A client that lost its connection (docs/decisions/0033) sends again, over the next one, what was not answered; the first sending may still be at
 * work. Together they commit one message, without a read more for anybody else:
 *
 * - Resuming forgets the old connection: a first sending that looks later who is speaking finds nobody.
 * - One that has looked in time has read the stream's last number within this time (ms), or looks once more who is speaking.
 * - The repeat waits this long (ms) before it reads. So whatever it commits comes after the last number that the first sending
 *   knows: both want the same number, one gets it, and the other recognizes it there.
 *
 * The repeat looks twice, too, since it may itself be repeated.
 */
const repeatDelay = 1_000;

async function perform<A extends Action, R extends Room>(
  room: R,
  handlers: Handlers<R>,
  incoming: IncomingFrame,
  request: Request<A>,
  caller: Caller,
): Promise<Result<A>> {
  const { action, id, again, arguments: args } = request;
  const handler: Handler<A, R> | undefined = handlers[action];
  if (!handler) throw new Refusal('unknown-action');
  refuseTooFast(room.rateLimiters.remembered(incoming.connectionId, room.clock.now()));
  if (again) await room.clock.sleepUntil(room.clock.now() + repeatDelay);
  const startedAt = room.clock.now();
  const [found, started] = await Promise.all([
    room.connections.find(incoming.connectionId),
    handler(room, args, incoming.address),
  ]);
  const looksTwice = again || room.clock.now() - startedAt > repeatDelay;
  const connection = looksTwice ? await room.connections.find(incoming.connectionId) : found;
  caller.member = connection?.member;
  const { member, present } = admit(commands[action], connection);
  refuseTooFast(room.rateLimiters.take(present, room.clock.now()));
  const noted = orLog(
    room,
    'that somebody spoke was not noted',
    recordActivity(room, commands[action], present),
    undefined,
  );
  try {
    return await started({ arguments: args, id, again, connection: present, member });
  } finally {
    await noted;
  }
}

// Only what a member may say reads `member`; a guest's commands find nobody there.
function admit(entry: Command, connection: Connection | undefined): { member: Member; present: Connection } {
  // Without an item the connection is closed already, or was logged out a moment ago.
  if (!connection) throw new Refusal('not-logged-in');
  if (entry.who === 'member' && !connection.member) throw new Refusal('not-logged-in');
  if (entry.who === 'guest' && connection.member) throw new Refusal('already-logged-in');
  return { member: connection.member as Member, present: connection };
}

function refuseTooFast(retryAfter: number): void {
  if (retryAfter > 0) throw new Refusal('rate-limited', { retryAfter });
}

async function recordActivity(room: Room, entry: Command, connection: Connection): Promise<void> {
  const at = room.clock.now();
  const active = entry.activity && connection.member !== undefined;
  if (!(active && at - connection.lastActiveAt > activityResolutionMs) && !room.rateLimiters.isDue(connection)) return;
  await room.connections.touch(connection, { at, active, usedMs: room.rateLimiters.settle(connection) });
}

function failureFrame(
  room: Room,
  incoming: IncomingFrame,
  action: Action,
  id: string | undefined,
  error: unknown,
): string {
  if (error instanceof Refusal) return refusalFrame(action, id, error.code, error.message, error.details);
  room.logError('command failed', error, { action });
  return refusalFrame(action, id, 'internal', undefined, { requestId: incoming.requestId });
}

/** How a reply goes back is part of a command's entry; a refusal is never swallowed. */
async function send(
  room: Room,
  incoming: IncomingFrame,
  action: string | null,
  frame: string,
  ok: boolean,
): Promise<string | undefined> {
  const how = isAction(action) ? commands[action].reply : 'response';
  if (how === 'response') return frame;
  if (how === 'posted' && ok) await sayAndClose(room, incoming.connectionId, frame);
  else if (!ok) await room.gateway.post(incoming.connectionId, frame);
  return undefined;
}
