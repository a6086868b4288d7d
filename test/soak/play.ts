import { setTimeout as sleep } from 'node:timers/promises';
import { openRoom, type SceneRoom } from '../harness/room.ts';
import { browserLibrary } from './browser-library.ts';
import { Ledger } from './ledger.ts';
import { PageUser } from './page-user.ts';
import { type Company, dice, Person, type Tally } from './person.ts';

export interface SoakOptions {
  /** Minutes of real time. */
  readonly minutes: number;
  readonly people: number;
  /** The seed repeats users and faults, but not their interleaving. */
  readonly seed: number;
  /** Makes DynamoDB throttle and conflict as on AWS under load. */
  readonly contention?: boolean;
  /** Whether enough has happened. On a slow machine the soak goes on until then. */
  readonly isEnough?: (tally: Tally, granted: number) => boolean;
}

export interface SoakReport extends Tally {
  /** Users of the library for browsers. */
  readonly pages: number;
  readonly granted: number;
  readonly unknown: number;
  /** The number of comparisons of the count with the sessions during which no session began or ended. */
  readonly counted: number;
  /** The number of sweeps that the oldest ghost outlived. A ghost is a session whose connection is gone. */
  readonly ghostSweeps: number;
  readonly problems: readonly string[];
}

/** The room's minute, and with it the sweeper's, takes six seconds. */
const speed = 10;
/** The number of sweeps that a ghost may outlive. The first one finds it, and the grace ends before the third one. */
const mostGhostSweeps = 3;
/** Time (ms of the room's clock) after which every seat in doubt has been settled. */
const settleMs = 180_000;
/** The maximum number of requests in a soak. */
const mostRequests = 100_000;

/** Simulates users while faults are injected everywhere. Then checks the room's promises against the stored data. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { minutes, people, seed, contention = false, isEnough = () => true } = options;
  const room = await openRoom({ speed, seed, ...(contention && { contention: {} }) });
  try {
    const tally: Tally = { requests: 0, logins: 0, resumes: 0, kills: 0, failed: 0 };
    const names = Array.from({ length: people }, (_, i) => `p${i}`);
    await room.register(...names);
    const end = performance.now() + minutes * 60_000;
    const ledger = new Ledger();
    const hasTime = () => performance.now() < end || !isEnough(tally, ledger.count('granted'));
    const goOn = () => hasTime() && tally.requests < mostRequests;
    const company: Company = { room, ledger, names, seed: String(seed), tally, goOn, speed };
    const library = await browserLibrary();
    const crowd = names.map((name, i) =>
      i % 3 === 2 ? new PageUser(name, company, library) : new Person(name, company),
    );
    const pages = crowd.filter((one) => one instanceof PageUser).length;

    misbehave(room, seed);
    const [watch] = await Promise.all([watchOver(room, goOn), ...crowd.map((person) => person.live())]);
    room.local.faults.reset();

    const problems = [...watch.problems, ...(await settleUp(room, company, crowd))];
    const granted = ledger.count('granted');
    const { counted, ghostSweeps } = watch;
    return { ...tally, pages, granted, unknown: company.ledger.count('unknown'), counted, ghostSweeps, problems };
  } finally {
    await room.close();
  }
}

function misbehave({ local: { faults } }: SceneRoom, seed: number): void {
  faults.disconnect.drop = 0.3;
  faults.dynamoDb = { failBefore: 0.025, failAfter: 0.025 };
  faults.post.fail = 0.05;
  // About connections that are alive, too.
  faults.post.gone = 0.05;
  // The SDK's retries hide most faults. So all writes of one invocation in fifty fail at every attempt, half of them after
  // they were carried out. The sweeper is exempt, because its next run would repeat the work.
  faults.beforeDynamoDb = ({ function: name, operation, requestId = '' }) => {
    if (name.startsWith('Sweeper') || !/Put|Update|Delete|Transact/.test(operation)) return undefined;
    const thrown = dice(`${seed}/${requestId}`)(100);
    if (thrown === 0) return 'before';
    return thrown === 1 ? 'after' : undefined;
  };
}

/** Compares, during the soak, the count with the sessions, and the sessions with the connections. */
async function watchOver(
  room: SceneRoom,
  goOn: () => boolean,
): Promise<{ counted: number; ghostSweeps: number; problems: string[] }> {
  const problems: string[] = [];
  /** The time at which each ghost was first seen, by connection id. */
  const ghosts = new Map<string, number>();
  let counted = 0;
  let ghostSweeps = 0;
  const sweeps = new SweepCount(room);
  while (goOn()) {
    const before = await room.database.room();
    const present = await room.database.presence();
    const after = await room.database.room();
    if (before['logins'] === after['logins']) {
      counted += 1;
      // A seat counts from before its session begins until after the session has ended.
      if (Number(after['online']) < present.length)
        problems.push(`${present.length} present, ${after['online']} counted`);
    }
    const connected = new Set(room.local.connections.map(({ connectionId }) => connectionId));
    const seen = present.map((one) => one.connectionId).filter((id) => !connected.has(id));
    for (const id of ghosts.keys()) if (!seen.includes(id)) ghosts.delete(id);
    for (const id of seen) {
      const since = ghosts.get(id) ?? performance.now();
      ghosts.set(id, since);
      ghostSweeps = Math.max(ghostSweeps, sweeps.since(since));
    }
    await sleep(250);
  }
  sweeps.stop();
  if (ghostSweeps > mostGhostSweeps) problems.push(`a ghost outlived ${ghostSweeps} sweeps`);
  return { counted, ghostSweeps, problems };
}

/** Counts the scheduled runs of the sweeper that succeeded: a busy machine runs fewer of them in a minute. */
class SweepCount {
  readonly stop: () => void;
  readonly #starts: number[] = [];

  constructor({ local }: SceneRoom) {
    this.stop = local.calls.subscribe((entry) => {
      if (entry.kind !== 'invocation' || entry.trigger.source !== 'schedule' || entry.error !== undefined) return;
      if (entry.function.startsWith('Sweeper')) this.#starts.push(entry.start);
    });
  }

  /** The number of finished sweeps that began after a time. */
  since(time: number): number {
    return this.#starts.filter((start) => start > time).length;
  }
}

/** All users log in once more, sync to the end, and log out. */
async function settleUp(
  room: SceneRoom,
  { ledger }: Company,
  crowd: readonly (Person | PageUser)[],
): Promise<string[]> {
  const problems: string[] = [];
  await Promise.all(crowd.map((person) => person.finish()));
  const stored = async (key: string) =>
    (await room.database.messages(key)).map((item) => ({ seq: Number(item['seq']), text: String(item['text']) }));
  const broadcasts = await stored('room');
  problems.push(...ledger.audit('room', broadcasts));
  for (const { name, reader } of crowd) {
    const inbox = await stored(`inbox/${name}`);
    problems.push(...ledger.audit(name, inbox), ...reader.problems);
    if (JSON.stringify(reader.shown) !== JSON.stringify({ inbox, room: broadcasts })) {
      problems.push(`${name} was not shown what the streams hold`);
    }
  }
  await Promise.all(crowd.map((person) => person.leave()));
  // The sweeper settles seats in doubt after a minute, and ends detached sessions after the grace period.
  const isOver = room.local.clock.now() + settleMs;
  let left = await room.database.counts();
  while ((left.counted !== 0 || left.present !== 0) && room.local.clock.now() < isOver) {
    await room.local.runSchedule();
    left = await room.database.counts();
  }
  if (left.counted !== 0 || left.present !== 0) problems.push(`at the end ${JSON.stringify(left)}`);
  return problems;
}

/** Formats the result of a soak as one line. */
export function summary(report: SoakReport): string {
  const { problems, ...numbers } = report;
  const told = Object.entries(numbers).map(([name, value]) => `${name} ${value}`);
  return `${problems.length === 0 ? 'held' : `${problems.length} PROBLEMS`}: ${told.join(', ')}`;
}
