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
import type { GuestCall, Handler, Handlers, Prefetched } from './command.ts';
import { sayAndClose } from './end-session.ts';
import { activityResolutionMs, type Connection } from './model.ts';
import { orLog } from './or-log.ts';
import type { RepeatableRequest, Room } from './ports.ts';
import { reattach } from './reattach.ts';
import { Refusal } from './refusal.ts';

/** A frame as it came in. */
export interface IncomingFrame {
  readonly connectionId: string;
  readonly address: string;
  readonly frame: string;
  readonly requestId: string;
}

/**
 * Answers one frame. This is the only place that parses frames, enforces what a command's entry declares, turns failures into
 * refusals, and writes the audit log. Returns the frame to send back as the route response, or nothing if there is none to send.
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
 * How long (ms) the room waits before it carries out a request that is marked `again` (docs/decisions/0033). The first sending may
 * still be at work, on the connection that was lost. Together, the two commit one message:
 *
 * - `resume` deletes the old connection's item. If the first sending reads the connection after that, it is refused.
 * - If the first sending read it before, it also took its message's number within this time; otherwise it reads the connection
 *   once more.
 * - The repeat waits this long before it takes a number. So the first sending's number is below it, where the repeat finds the
 *   message, or fills the number so that no message gets it.
 *
 * A repeat may itself be repeated, so the same rules apply to it.
 */
const repeatDelay = 1_000;

async function perform<A extends Action, R extends Room>(
  room: R,
  handlers: Handlers<R>,
  incoming: IncomingFrame,
  { action, id, again, arguments: args }: Request<A>,
  caller: Caller,
): Promise<Result<A>> {
  const handler: Handler<A, R> | undefined = handlers[action];
  if (!handler) throw new Refusal('unknown-action');
  refuseTooFast(room.rateLimiters.remembered(incoming.connectionId, room.clock.now()));
  if (again) await room.clock.sleepUntil(room.clock.now() + repeatDelay);
  const startedAt = room.clock.now();
  const [connection, prefetched] = await Promise.all([
    room.connections.find(incoming.connectionId),
    handler(room, args, incoming.address),
  ]);
  caller.member = connection?.member;
  // Without an item the connection is closed already, or was logged out a moment ago.
  if (!connection) throw new Refusal('not-logged-in');
  const request = { again, confirm: confirmer(room, connection, startedAt) };
  const run = authorize(prefetched, { arguments: args, id, request, connection });
  refuseTooFast(room.rateLimiters.take(connection, room.clock.now()));
  // The connection is alive, although API Gateway did not know it a moment ago.
  if (connection.lostAt !== undefined && connection.member)
    await reattach(room, connection.member, connection.connectionId);
  const noted = orLog(room, 'activity was not recorded', recordActivity(room, commands[action], connection), undefined);
  try {
    return await run();
  } finally {
    await noted;
  }
}

/**
 * Returns a function that reads a connection again if the last read (epoch ms) is older than {@link repeatDelay}, or
 * with `now`.
 */
function confirmer(room: Room, { connectionId, member }: Connection, readAt: number): RepeatableRequest['confirm'] {
  let lastRead = readAt;
  return async (when) => {
    const now = room.clock.now();
    if (when !== 'now' && now - lastRead <= repeatDelay) return;
    const found = await room.connections.find(connectionId);
    if (found?.member?.accountId !== member?.accountId) throw new Refusal('not-logged-in');
    lastRead = now;
  };
}

/**
 * Authorizes the caller and returns a function that runs the rest of the command.
 * @throws a refusal if the caller may not send it.
 */
function authorize<A extends Action>(command: Prefetched<A>, call: GuestCall<A>): () => Promise<Result<A>> {
  const { member } = call.connection;
  if (command.who === 'guest') {
    if (member) throw new Refusal('already-logged-in');
    return () => command.run(call);
  }
  if (!member) throw new Refusal('not-logged-in');
  return () => command.run({ ...call, member });
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

/** The entry says how a successful reply is sent. Refusals are always sent. */
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
