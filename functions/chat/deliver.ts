import { type EventOf, eventFrame, type Result, type RoomEvent, type StreamMessage } from '../../protocol/index.ts';
import { allOf } from './all-of.ts';
import { chunksOf } from './chunks.ts';
import type { Member, Session } from './model.ts';
import { orLog } from './or-log.ts';
import type { PostOutcome, Recipient, Room } from './ports.ts';
import { postSurely } from './post-surely.ts';

/** More recipients than this are served by slices of the fan-out function, side by side. */
const sliceSize = 250;

/**
 * Posts an event to one session. A connection that is gone is marked as lost: API Gateway may never send its
 * $disconnect.
 */
export async function deliver(room: Room, to: Recipient, event: RoomEvent): Promise<PostOutcome> {
  const outcome = await postSurely(room, to.connectionId, eventFrame(event));
  if (outcome === 'gone') await room.sessions.detachReversibly(to, to.connectionId, room.clock.now());
  return outcome;
}

/**
 * The sessions that have a connection now. A session that has lost its connection gets the messages of streams when it
 * resumes, and no other event.
 */
export const onlineSessions = async (room: Room): Promise<Session[]> =>
  (await room.sessions.all()).filter((session) => session.detachedAt === undefined);

/** How many runs of the fan-out function try a post. If all fail, the client gets the message by `sync`. */
const attempts = 3;

/** Posts an event to each recipient in parallel. Those whose post failed get another run of the fan-out function. */
export async function deliverToAll(room: Room, to: readonly Recipient[], event: RoomEvent, attempt = 1): Promise<void> {
  const outcomes = await Promise.all(
    to.map((recipient) => orLog(room, 'delivery failed', deliver(room, recipient, event), 'gone')),
  );
  const ended = (how: PostOutcome) => to.filter((_, index) => outcomes[index] === how);
  const [failed, rejected] = [ended('failed'), ended('rejected')];
  const isLast = attempt >= attempts;
  const givenUp = rejected.length + (isLast ? failed.length : 0);
  if (givenUp > 0) room.recordMetrics({ postsGivenUp: givenUp });
  if (failed.length > 0 && !isLast) await room.asyncInvoker.invokeFanOut({ to: failed, event, attempt: attempt + 1 });
}

/** Posts a broadcast to these sessions. Users from whom it is hidden get `hidden`. */
export async function deliverBroadcast(
  room: Room,
  to: readonly Session[],
  event: EventOf<'broadcast'>,
  hiddenFrom: ReadonlySet<string>,
): Promise<void> {
  const hidden: EventOf<'hidden'> = { type: 'event', event: 'hidden', stream: 'room', seq: event.seq };
  const kept = to.filter((session) => hiddenFrom.has(session.accountId));
  const shown = to.filter((session) => !hiddenFrom.has(session.accountId));
  await allOf([spread(room, shown, event), spread(room, kept, hidden)]);
}

/** Posts here if one slice is enough. Otherwise passes slices to the fan-out function. */
export async function spread(room: Room, to: readonly Recipient[], event: RoomEvent): Promise<void> {
  if (to.length <= sliceSize) return deliverToAll(room, to, event);
  const recipients = to.map(({ name, displayName, accountId, connectionId }) => ({
    name,
    displayName,
    accountId,
    connectionId,
  }));
  await allOf(
    chunksOf(recipients, sliceSize).map((slice) => room.asyncInvoker.invokeFanOut({ to: slice, event, attempt: 1 })),
  );
}

/**
 * Posts a message that was just committed to an inbox, if its owner is online. A failure is reported; the client gets
 * the message by `sync`. Presence was read before the commit. If it showed no session, or the connection is gone,
 * presence is read again: a login commits its presence before it reads the stream, so either the post reaches the
 * client or its read finds the message. A later owner of the same name does not get the message.
 */
export function deliverToOwner(
  room: Room,
  owner: Member,
  known: Session | undefined,
  committed: StreamMessage,
): Promise<Delivery> {
  return orLog(room, 'a message was not posted', postToOwner(room, owner, known, committed), 'stored');
}

type Delivery = Result<'message'>['delivery'];

async function postToOwner(
  room: Room,
  owner: Member,
  known: Session | undefined,
  committed: StreamMessage,
): Promise<Delivery> {
  let session = known;
  let tried: string | undefined;
  do {
    const online = session?.accountId === owner.accountId && session.detachedAt === undefined;
    const outcome = online && session ? await deliver(room, session, committed) : 'gone';
    if (outcome === 'sent') return 'delivered';
    if (outcome === 'failed' && session) {
      await room.asyncInvoker.invokeFanOut({ to: [session], event: committed, attempt: 2 });
      return 'stored';
    }
    tried = session?.connectionId;
    session = await room.sessions.find(owner.name);
  } while (session && session.connectionId !== tried);
  return 'stored';
}
