import { quiet } from './checks.ts';
import type { Sent, Visit } from './history.ts';
import type { Weather } from './weather.ts';
import type { World } from './world.ts';

/** A message of a calm day reaches a client that is online within this time (ms). */
const promptness = ({ slow, latency }: Weather) => (slow > 0 ? 15_000 : 2_000 * latency);

/** A client asks for what is missing before a message within this time (ms). */
const askedWithin = ({ slow, latency }: Weather) => (slow > 0 ? 20_000 : 4_000 + 500 * latency);

/** A client that gets replies holds no message back: it asks for those before it that got lost. */
export function nothingHeldBack(world: World, weather: Weather): void {
  const { visits, arrived, hasAdministrator } = world.history;
  // A client of a stopped room gets no replies.
  if (hasAdministrator) return;
  for (const { program, stream, seq, at } of arrived) {
    const visit = visits.find((one) => one.program === program);
    // The frame that tells a program of another one in its place may get lost, too. A handover fails while the room cannot
    // close the old connection.
    if (!visit || visit.isDropped || visit.handsOver) continue;
    const shownBy = Math.max(at, visit.loggedInAt) + askedWithin(weather);
    const seen = visits.filter(({ user }) => user === visit.user).flatMap(({ shown }) => shown);
    const isShown = seen.some((one) => one.stream === stream && one.seq >= seq && one.at <= shownBy);
    if (visit.endedAt > shownBy && !isShown) world.violated(`${program} got ${stream} ${seq}, and holds it back`);
  }
}

/** Judges a day on which nothing failed: the sweeper had nothing to repair, and no client read anything twice. */
export function judgeCalmDay(world: World, weather: Weather): void {
  const { visits, sent } = world.history;
  quiet(world, 'after a calm day');
  if (world.history.hasAdministrator) return;
  for (const visit of visits) {
    // A program that is slow or hands its connection over may find out late that another one has taken its place.
    const isAlone = world.history.hasOneProgramEach || (weather.slow === 0 && !visit.handsOver);
    if (isAlone) for (const one of sent) shownAtOnce(world, visit, one, promptness(weather));
    // A program that is being replaced cannot acknowledge any more.
    if (world.history.hasOneProgramEach) for (const later of visits) shownOnlyOnce(world, visit, later);
  }
}

/** A message that the room has acknowledged is shown soon if its reader is online then, or logs in later. */
function shownAtOnce(world: World, visit: Visit, sent: Sent, within: number): void {
  const isReader = sent.to === undefined || sent.to === visit.user;
  const shownBy = Math.max(visit.loggedInAt, sent.settledAt ?? 0) + within;
  if (sent.outcome !== 'acknowledged' || !isReader || visit.endedAt < shownBy) return;
  if (world.history.isFor(visit.user, sent) !== 'always') return;
  const isShown = world.history.visits.some(
    ({ user, shown }) => user === visit.user && shown.some(({ text, at }) => text === sent.text && at <= shownBy),
  );
  if (!isShown) world.violated(`${visit.program} did not show "${sent.text}" while online`);
}

/** What a client showed before it left is not shown again after the next login. */
function shownOnlyOnce(world: World, visit: Visit, later: Visit): void {
  if (later.user !== visit.user || !visit.hasLeft || later.loggedInAt <= visit.endedAt) return;
  for (const { stream, seq, text } of visit.shown) {
    const isAgain = later.shown.some((one) => one.stream === stream && one.seq === seq && one.text === text);
    if (isAgain) world.violated(`${later.program} shows "${text}" again, which ${visit.program} had shown`);
  }
}
