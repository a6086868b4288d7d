import { defaultSettings } from '../../protocol/admin/settings.ts';
import {
  type Action,
  type BadFrame,
  byteLength,
  type Command,
  commands,
  floodConnects,
  isAction,
  mostTokens,
  parseRequest,
  type RefusalCode,
  type Request,
  type Result,
  refusalFrame,
  repeatTokens,
  replyFrame,
} from '../../protocol/index.ts';
import { auditBadFrame, auditCommand, type Caller } from './audit-log.ts';
import type { GuestCall, Handler, Handlers, Prefetched } from './command.ts';
import { countRefused, penalize } from './count-refused.ts';
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
 * Answers one frame. This is the only place that parses frames, enforces what a command's entry declares, applies the rate limit, turns
 * failures into refusals, and writes the audit log. Returns the frame for the route response, or undefined if the route has none.
 */
export async function answer<R extends Room>(
  room: R,
  handlers: Handlers<R>,
  incoming: IncomingFrame,
): Promise<string | undefined> {
  const startedAt = room.clock.now();
  const caller: Caller = { connectionId: incoming.connectionId, address: incoming.address, member: undefined };
  const parsed = parseRequest(incoming.frame);
  const { action, id } = parsed.ok ? parsed.request : parsed.bad;
  const audit = (result: 'ok' | RefusalCode) => {
    if (parsed.ok) auditCommand(room, startedAt, caller, parsed.request, result);
    else if (result !== 'ok') auditBadFrame(room, startedAt, caller, action, result);
  };
  try {
    if (!parsed.ok) throw await refusalOf(room, incoming, parsed.bad, caller);
    const result = await perform(room, handlers, incoming, parsed.request, caller);
    audit('ok');
    return await send(room, incoming, action, replyFrame(parsed.request.action, id, result), true);
  } catch (error) {
    audit(error instanceof Refusal ? error.code : 'internal');
    await countRefused(room, caller, error);
    return send(room, incoming, action, failureFrame(room, incoming, action, id, error), false);
  }
}

/**
 * How long (ms) the room waits before it carries out a request that is marked `again` (docs/decisions/0033). The first sending may
 * still be at work, on the connection that was lost. Together, the two commit one message:
 *
 * - `resume` deletes the old connection's item. A first sending that reads the connection after that is refused.
 * - A first sending that takes its number later than this after its read reads the connection again.
 * - The repeat waits this long before it takes a number. So a first sending that is not refused has a lower number.
 * - Below its own number, the repeat finds the message, or puts tombstones at the free numbers. The first sending cannot
 *   commit there any more.
 *
 * A repeat may itself be repeated, so the same rules apply to it.
 */
export const repeatDelay = 1_000;

async function perform<A extends Action, R extends Room>(
  room: R,
  handlers: Handlers<R>,
  incoming: IncomingFrame,
  { action, id, again, arguments: args }: Request<A>,
  caller: Caller,
): Promise<Result<A>> {
  const handler: Handler<A, R> | undefined = handlers[action];
  const entry: Command = commands[action];
  const { connectionId, address } = incoming;
  await refuseIfRemembered(room, incoming);
  const readAt = room.clock.now();
  // Prefetch in parallel only if this environment knows the connection as a member's. For other frames, read the connection
  // first: a frame that is refused costs one read.
  const isKnown = entry.who === 'member' && !again && room.rateLimiters.isMember(connectionId);
  const prefetch = async (): Promise<Prefetched<A>> => {
    if (!handler) throw new Refusal('unknown-action');
    return handler(room, args, address);
  };
  const [connection, early] = await Promise.all([findConnection(room, incoming), isKnown ? prefetch() : undefined]);
  caller.member = connection.member;
  const tokens = (entry.weight ?? 1) + (again ? repeatTokens : 0);
  await take(room, connection, tokensOf(connection, incoming.frame, tokens, entry.who));
  refuseUsedUp(room, connection);
  // The connection is alive, although API Gateway did not know it a moment ago.
  if (connection.lostAt !== undefined && connection.member)
    await reattach(room, connection.member, connection.connectionId);
  const noted = orLog(room, 'activity was not recorded', recordActivity(room, entry, connection), undefined);
  // The transaction of a login writes the same item.
  if (!connection.member) await noted;
  try {
    refuseWrongCaller(entry.who, connection);
    if (again) await room.clock.sleepUntil(room.clock.now() + repeatDelay);
    const prefetched = early ?? (await prefetch());
    const request = { again, confirm: confirmer(room, connection, readAt) };
    return await run(prefetched, { arguments: args, id, request, connection });
  } finally {
    await noted;
  }
}

/** API Gateway meters frames in units of this many bytes. */
const meteredBytes = 32 * 1024;

/**
 * The tokens that a frame takes. A guest's frame that no client has a reason to send takes at least half of the smallest burst.
 */
function tokensOf({ member }: Connection, frame: string, least: number, who?: Command['who']): number {
  const hasReason = member || (who !== 'member' && byteLength(frame) <= meteredBytes);
  return hasReason ? least : Math.max(least, mostTokens / 2);
}

/** Counts a frame that is no command, and returns its refusal. */
async function refusalOf(
  room: Room,
  incoming: IncomingFrame,
  { code, message, field }: BadFrame,
  caller: Caller,
): Promise<Refusal> {
  await refuseIfRemembered(room, incoming);
  const connection = await findConnection(room, incoming);
  caller.member = connection.member;
  await take(room, connection, tokensOf(connection, incoming.frame, 1));
  refuseUsedUp(room, connection);
  if (room.rateLimiters.isDue(connection)) {
    await orLog(room, 'a frame was not counted', store(room, connection, false), undefined);
  }
  return new Refusal(code, field === undefined ? {} : { field }, message);
}

/**
 * The sender's connection. Without an item it is closed already, or is about to be closed: then it has a guest's
 * permissions and the default rate limit, which only this environment counts.
 */
async function findConnection(room: Room, { connectionId, address }: IncomingFrame): Promise<Connection> {
  const found = await room.connections.find(connectionId);
  if (found) return found;
  const rateLimit = { rate: defaultSettings.floodRate, burst: defaultSettings.floodBurst };
  return { connectionId, address, lastActiveAt: 0, rateLimit, theoreticalArrivalTime: 0, member: undefined };
}

/**
 * Returns a function that throws a Refusal if the connection no longer belongs to the same account. It reads the connection
 * again only with `now`, or if the last read (at first `readAt`, epoch ms) is older than {@link repeatDelay}.
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

function refuseWrongCaller(who: Command['who'], { member }: Connection): void {
  if (who === 'guest' && member) throw new Refusal('already-logged-in');
  if (who === 'member' && !member) throw new Refusal('not-logged-in');
}

function run<A extends Action>(command: Prefetched<A>, call: GuestCall<A>): Promise<Result<A>> {
  if (command.who === 'guest') return command.run(call);
  const { member } = call.connection;
  if (!member) throw new Refusal('not-logged-in');
  return command.run({ ...call, member });
}

type Sender = Pick<Connection, 'connectionId' | 'address'>;

const refuseIfRemembered = (room: Room, sender: Sender) =>
  refuseTooFast(room, sender, room.rateLimiters.remembered(sender.connectionId, room.clock.now()));

const take = (room: Room, connection: Connection, tokens: number) =>
  refuseTooFast(room, connection, room.rateLimiters.take(connection, room.clock.now(), tokens));

/**
 * Refuses a guest whose address has used up its connections, so that its frames that are on their way cost one read each. The room is
 * closing the connection.
 */
function refuseUsedUp(room: Room, { member, address }: Connection): void {
  if (!member && room.guests.isUsedUp(address, room.clock.now())) throw new Refusal('rate-limited', { retryAfter: 60 });
}

/** Refuses a frame, and closes the connection if it keeps being refused. */
async function refuseTooFast(room: Room, { connectionId, address }: Sender, retryAfter: number): Promise<void> {
  if (retryAfter === 0) return;
  if (room.rateLimiters.isFlooding(connectionId)) {
    room.auditLog({ what: 'close', result: 'rate-limited', connectionId });
    await Promise.all([
      orLog(room, 'a connection was not closed', room.gateway.close(connectionId), undefined, { connectionId }),
      penalize(room, address, floodConnects),
    ]);
  }
  throw new Refusal('rate-limited', { retryAfter });
}

async function recordActivity(room: Room, entry: Command, connection: Connection): Promise<void> {
  const active = entry.activity && connection.member !== undefined;
  const isDue = active && room.clock.now() - connection.lastActiveAt > activityResolutionMs;
  if (isDue || room.rateLimiters.isDue(connection)) await store(room, connection, active);
}

const store = (room: Room, connection: Connection, active: boolean) =>
  room.connections.touch(connection, { at: room.clock.now(), active, usedMs: room.rateLimiters.settle(connection) });

function failureFrame(
  room: Room,
  incoming: IncomingFrame,
  action: string | null,
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
