import { Administrator } from './administrator.ts';
import { fileText, judgeFiles } from './files.ts';
import type { Sent, Shown, StreamName, Visit } from './history.ts';
import type { User } from './user.ts';
import type { World } from './world.ts';

const grace = 10_000;

/** A user who has forgotten which password was set last needs this time (ms) at most: blocks of logins get longer. */
const patience = 4 * 3600_000;

/** A function whose clock is behind may show an expired message for this long (ms). */
const expiryTakes = 1_500;

/** What the calls of a sweep take at most (ms), as a rule. */
const slack = 30_000;

/** Judges the end of a simulation, when nothing fails any more and no function is running. */
export async function judge(world: World, users: readonly User[]): Promise<void> {
  const { history } = world;
  quiet(world, 'after the day');
  // Of the programs that have ended, only API Gateway's idle limit ends a half-open connection.
  noGhosts(world);
  if (world.violations.length > 0) return;
  for (const user of users) {
    const reading = user.readAll().then((worked) => {
      if (!worked) world.violated(`${user.name} is locked out`);
    });
    await world.finish(`reading by ${user.name}`, reading, patience);
  }
  // Two runs of the sweeper, the grace period, and what they take.
  await world.until(() => false, 2 * 60_000 + grace + 100_000);
  noGhosts(world);
  quiet(world, 'at the end');
  const recipients = recipientsOf(world);
  for (const visit of history.visits) {
    shownInOrder(world, visit);
    shownToRecipient(world, visit, recipients);
  }
  for (const sent of history.sent) {
    shownOnce(world, sent, users);
    notShownAfterExpiry(world, sent);
  }
  numberedInOrder(world, history.sent);
  judgeFiles(world);
  if (world.violations.length > 0) return;
  const examination = new Administrator(world, []).examine().then((findings) => {
    for (const finding of findings) if (!isLatePut(world, finding)) world.violated(`the doctor finds: ${finding}`);
  });
  await world.finish('the doctor', examination, 10 * 60_000);
}

/** Whether `$connect`'s put arrived after the connection's end. Such an item counts for nothing, and expires within hours. */
const isLatePut = (world: World, finding: string) =>
  world.database.hadLateCalls && finding.endsWith('is on record, but API Gateway does not know it.');

/** No session is left of a connection that had ended two runs of the sweeper and the grace period ago. */
function noGhosts(world: World): void {
  for (const { name, connectionId } of world.history.sessions()) {
    const isGhost = world.gateway.goneFor(String(connectionId)) > 2 * 60_000 + grace + slack;
    if (isGhost) world.violated(`the session of ${name} is a ghost`);
  }
}

/** Nothing is running: the count is exact, and every session has its connection. */
export function quiet(world: World, when: string): void {
  const { history, database, gateway } = world;
  const sessions = history.sessions();
  history.checkCount(when);
  const bound = database.model
    .table('connections')
    .all()
    .filter((item) => item['accountId'] !== undefined);
  for (const { connectionId, name } of bound) {
    const isOpen = gateway.connections.some(({ id }) => id === connectionId);
    if (isOpen && !sessions.some((session) => session['connectionId'] === connectionId)) {
      world.violated(`${when}, ${name} is logged in over ${connectionId} without a session`);
    }
  }
}

/** Who each text is for; undefined: everyone. */
function recipientsOf({ history }: World): Map<string, string | undefined> {
  const recipients = new Map(history.sent.map(({ text, to }) => [text, to]));
  for (const { from, to, name } of history.files) {
    recipients.set(fileText('file', from, name), to);
    for (const event of ['file-failed', 'file-received', 'file-declined'])
      recipients.set(fileText(event, to, name), from);
  }
  return recipients;
}

/** A program shows only what somebody has sent, and only to the user whom it is for. */
function shownToRecipient(
  world: World,
  { user, program, shown }: Visit,
  recipients: Map<string, string | undefined>,
): void {
  for (const { stream, text } of shown) {
    const to = recipients.get(text);
    const isRight = recipients.has(text) && (stream === 'room' ? to === undefined : to === user);
    if (!isRight) world.violated(`${program} shows "${text}" in its ${stream}, which nobody has sent there`);
  }
}

const streamOf = ({ to }: Sent): StreamName => (to === undefined ? 'room' : 'inbox');

/** A program shows a stream in order, each message once, and leaves out none between two others. */
function shownInOrder(world: World, visit: Visit): void {
  const { program, user, askedAt, shown } = visit;
  // Another owner of the name has another inbox, with its own numbers.
  const isToOwner = ({ to, sentAt, settledAt = sentAt }: Sent) =>
    to === user && !world.history.accounts.mayBeOther(user, Math.min(sentAt, askedAt), Math.max(settledAt, askedAt));
  for (const stream of ['inbox', 'room'] as const) {
    const numbers = shown.filter((one) => one.stream === stream).map(({ seq }) => seq);
    // `expiry.ts` changes the time of a message, and with it what a client recognizes it by.
    const unchanged = shown.filter((one) => one.stream === stream && !world.history.expiry.has(one.text));
    const wrong = unchanged.findIndex(({ seq }, i) => seq <= (unchanged[i - 1]?.seq ?? 0));
    if (wrong >= 0)
      world.violated(`${program} shows ${stream} ${unchanged[wrong]?.seq} after ${unchanged[wrong - 1]?.seq}`);
    const [first = 0, last = 0] = [numbers[0], numbers.at(-1)];
    const known = world.history.sent.filter(
      (sent) => sent.outcome === 'acknowledged' && streamOf(sent) === stream && (stream === 'room' || isToOwner(sent)),
    );
    for (const sent of known) {
      const { seq = 0, text } = sent;
      if (world.history.isFor(user, sent) !== 'always' || isShownMeanwhile(world, visit, text)) continue;
      if (seq > first && seq < last && !numbers.includes(seq))
        world.violated(`${program} leaves out ${stream} ${seq}: ${text}`);
    }
  }
}

/** Whether another program of the user, which took over from this one and lost the session to it again, showed a message. */
function isShownMeanwhile(world: World, visit: Visit, text: string): boolean {
  const others = world.history.visits.filter((other) => other.user === visit.user && other !== visit);
  const meanwhile = others.filter((other) => other.loggedInAt < visit.endedAt && other.endedAt > visit.loggedInAt);
  return meanwhile.some(({ shown }) => shown.some((one) => one.text === text));
}

/** An acknowledged message is shown to each of its readers. None is shown under two numbers; a refused one never. */
function shownOnce(world: World, sent: Sent, users: readonly User[]): void {
  const { visits } = world.history;
  const readers = users.filter(({ name }) => (sent.to === undefined ? true : name === sent.to));
  const everywhere = new Set<number>();
  // A repeat may find another owner of the name.
  const { sentAt, settledAt = Number.POSITIVE_INFINITY } = sent;
  const hasOneOwner = sent.to === undefined || !world.history.accounts.mayBeOther(sent.to, sentAt, settledAt);
  for (const { name } of readers) {
    const shown = visits
      .filter(({ user }) => user === name)
      .flatMap((visit) => visit.shown.filter((one) => isOf(one, sent)));
    for (const { seq } of shown) everywhere.add(seq);
    shownToOwner(world, sent, name);
    const isFor = world.history.isFor(name, sent);
    if (isFor === 'never' && shown.length > 0)
      world.violated(`${name} has blocked ${sent.from}, and sees "${sent.text}"`);
    if (sent.outcome === 'acknowledged' && isFor === 'always' && shown.length === 0) {
      world.violated(`"${sent.text}" was acknowledged as ${streamOf(sent)} ${sent.seq}, and ${name} never saw it`);
    }
    if (hasOneOwner && sent.outcome === 'acknowledged' && shown.some(({ seq }) => seq !== sent.seq)) {
      world.violated(`"${sent.text}" was acknowledged as ${sent.seq}, and shown as ${shown[0]?.seq}`);
    }
  }
  if (hasOneOwner && everywhere.size > 1)
    world.violated(`"${sent.text}" is in the stream as ${[...everywhere].join(' and ')}`);
  if (sent.outcome === 'refused' && everywhere.size > 0) world.violated(`"${sent.text}" was refused, and shown`);
}

/** An account shows nothing that was sent before an earlier account of the same name was deleted. */
function shownToOwner(world: World, sent: Sent, reader: string): void {
  const { history } = world;
  for (const { program, user, askedAt, shown } of history.visits) {
    const isOther = user === reader && history.accounts.isOther(user, sent.settledAt ?? sent.sentAt, askedAt);
    if (isOther && sent.outcome === 'acknowledged' && shown.some((one) => isOf(one, sent)))
      world.violated(`${program} shows "${sent.text}", which was sent to an earlier owner of the name`);
  }
}

/** A program that logs in when a message has expired does not show it. */
function notShownAfterExpiry(world: World, sent: Sent): void {
  const { history } = world;
  const expired = (history.expiry.get(sent.text) ?? Number.POSITIVE_INFINITY) + expiryTakes;
  for (const { program, askedAt, shown } of history.visits)
    if (askedAt > expired && shown.some((one) => isOf(one, sent)))
      world.violated(`${program} shows "${sent.text}", which has expired`);
}

const isOf = ({ stream, text }: Shown, sent: Sent) => stream === streamOf(sent) && text === sent.text;

/** A message that was sent after another one had been acknowledged has a higher number. */
function numberedInOrder(world: World, all: readonly Sent[]): void {
  const { accounts, expiry, sentBefore } = world.history;
  const acknowledged = all.filter(({ outcome }) => outcome === 'acknowledged');
  // A backup does not hold the number of a message that has expired unread.
  const numbered = acknowledged.filter((sent) => !expiry.has(sent.text) || all.indexOf(sent) >= sentBefore);
  for (const one of numbered) {
    for (const other of acknowledged) {
      const isSame = one.to === undefined || !accounts.mayBeOther(one.to, one.sentAt, other.settledAt ?? 0);
      const isLater = isSame && other.to === one.to && one.settledAt !== undefined && other.sentAt > one.settledAt;
      if (isLater && (other.seq ?? 0) <= (one.seq ?? 0))
        world.violated(`"${other.text}" came later than "${one.text}", and has a lower number`);
    }
  }
}
