import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../local/random.ts';
import { removeFolder, temporaryFolder } from '../harness/ending.ts';
import { RawClient } from '../harness/raw-client.ts';
import { type Ended, RoomProgram } from '../harness/room-process.ts';
import { SmallDisk } from './disk.ts';
import { processesNaming } from './processes.ts';
import { Talker } from './talker.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGKILL'] as const;
type Fault = 'none' | 'disk full' | 'read-only' | 'port taken' | 'output closed';

/** How long (ms) a start or an end may take. */
const patience = 60_000;
/** How long (ms) the room's processes may outlive it. They take a fraction of a second; the rest is for a busy machine. */
const outlivedAtMost = 20_000;
/** The most time (ms) from the start, the greeting or the first message to the first signal. */
const latest = 1_500;

/** What happens to one start. Times are in ms. */
interface Round {
  readonly fault: Fault;
  /** Whether the fault is there from the start, or comes later. */
  readonly isEarly: boolean;
  /** How far the room gets before the later fault and the signals. */
  readonly until: 'started' | 'open' | 'talking';
  readonly faultAfter: number;
  readonly killAfter: number;
  readonly signals: readonly { readonly signal: NodeJS.Signals; readonly pause: number }[];
}

function planRound(random: SeededRandom, faults: readonly Fault[]): Round {
  const below = (limit: number) => Math.floor(random.next() * limit);
  const pick = <T>(list: readonly T[]) => list[below(list.length)] as T;
  const fault = pick(faults);
  return {
    fault,
    // A disk cannot become read-only while files on it are open.
    isEarly: fault === 'read-only' || fault === 'port taken' || random.next() < 0.3,
    until: pick(['started', 'open', 'talking', 'talking']),
    faultAfter: below(latest / 3),
    killAfter: below(latest),
    signals: Array.from({ length: 1 + below(3) }, () => ({ signal: pick(signals), pause: below(150) })),
  };
}

const nameOf = ({ fault, isEarly, until, signals }: Round) =>
  `${fault}${isEarly ? ' from the start' : ''}, ${until}, ${signals.map(({ signal }) => signal).join(' ')}`;

/**
 * Starts the room on one folder again and again. Each start is under a random fault, and random signals kill it at a
 * random moment. Then checks that no process is left, that no error was unhandled, that the next start works, and that
 * it has every message that was acknowledged.
 */
export async function kills({ rounds, seed }: { rounds: number; seed: number }) {
  const random = new SeededRandom(seed);
  const place = temporaryFolder('chat-kills-');
  const disk = SmallDisk.mount(place, 64);
  const folder = disk?.folder ?? join(place, 'data');
  mkdirSync(folder, { recursive: true });
  const faults: readonly Fault[] = disk
    ? ['none', 'disk full', 'read-only', 'port taken', 'output closed']
    : ['none', 'port taken', 'output closed'];
  const problems: string[] = [];
  const figures = { starts: 0, opened: 0, talked: 0, acknowledged: 0, faults: {} as Record<string, number> };
  /** The longest time (ms) that a process outlived its room. */
  let outlived = 0;
  const left = async () => {
    const { ms, problems: found } = await leftOver(folder);
    outlived = Math.max(outlived, ms);
    return found;
  };
  try {
    problems.push(...(await checkStart(folder, undefined)), ...(await left()));
    for (let number = 1; number <= rounds; number++) {
      const round = planRound(random, faults);
      const talker = new Talker(`user${number}`);
      const found = [...(await play(round, folder, disk, talker)), ...(await left())];
      disk?.restore();
      found.push(...(await checkStart(folder, talker)), ...(await left()));
      problems.push(...found.map((problem) => `round ${number} (${nameOf(round)}): ${problem}`));
      figures.starts += 1;
      figures.faults[round.fault] = (figures.faults[round.fault] ?? 0) + 1;
      figures.acknowledged += talker.acknowledged.length;
      if (talker.hasBegun) figures.opened += 1;
      if (talker.acknowledged.length > 0) figures.talked += 1;
    }
  } finally {
    for (const pid of processesNaming(folder)) process.kill(pid, 'SIGKILL');
    disk?.unmount();
    await removeFolder(place);
  }
  return { problems, ...figures, outlived };
}

/** Starts the room, and kills it. */
async function play(round: Round, folder: string, disk: SmallDisk | undefined, talker: Talker): Promise<string[]> {
  const { fault, isEarly, until, faultAfter, killAfter } = round;
  const holder = fault === 'port taken' ? await listening() : undefined;
  if (isEarly && fault === 'disk full') disk?.fill();
  if (fault === 'read-only') disk?.makeReadOnly();
  const program = new RoomProgram(folder, holder?.port);
  if (isEarly && fault === 'output closed') program.closeOutput();
  const talking = program.opened.then((url) => (url === undefined ? undefined : talker.talk(url)));
  // A room whose output is closed does not tell that it is open, and one whose disk is full acknowledges nothing.
  const reached = { started: sleep(0), open: program.opened, talking: talker.talks }[until];
  const mayTalk = fault === 'none' || !isEarly;
  await Promise.race([reached, program.ended, sleep(mayTalk ? patience : 2 * latest)]);
  if (!isEarly) {
    await Promise.race([sleep(faultAfter), program.ended]);
    if (fault === 'disk full') disk?.fill();
    if (fault === 'output closed') program.closeOutput();
  }
  await Promise.race([sleep(killAfter), program.ended]);
  for (const { signal, pause } of round.signals) {
    program.child.kill(signal);
    await Promise.race([sleep(pause), program.ended]);
  }
  const ended = await endOf(program);
  await talking;
  holder?.close();
  return problemsOf(program, ended, round);
}

/** A program that has another program's port. */
async function listening() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

/** Waits for the end of a program that was sent a signal. Kills it if it does not end. */
async function endOf({ child, ended }: RoomProgram): Promise<Ended | undefined> {
  const first = await Promise.race([ended, sleep(patience)]);
  if (first !== undefined) return first;
  child.kill('SIGKILL');
  await ended;
  return undefined;
}

function problemsOf(program: RoomProgram, ended: Ended | undefined, { fault, signals: sent }: Round): string[] {
  const problems: string[] = [];
  if (ended === undefined) problems.push('it did not end');
  else if (ended.signal !== null && !sent.some(({ signal }) => signal === ended.signal)) {
    problems.push(`it ended by ${ended.signal}`);
  }
  if (program.hasFailed) problems.push(`an error was unhandled: ${program.errors}`);
  if (program.errors !== '' && fault === 'none') problems.push(`it complained: ${program.errors}`);
  return problems;
}

/** Waits until no process of the room is left. */
async function leftOver(folder: string): Promise<{ readonly ms: number; readonly problems: string[] }> {
  const startedAt = performance.now();
  for (;;) {
    const left = processesNaming(folder);
    const ms = Math.round(performance.now() - startedAt);
    if (left.length === 0) return { ms, problems: [] };
    if (ms > outlivedAtMost) {
      for (const pid of left) process.kill(pid, 'SIGKILL');
      return { ms, problems: [`${left.length} processes were left running`] };
    }
    await sleep(20);
  }
}

/** Starts the room without a fault, looks for the acknowledged messages of a talker, and ends the room. */
async function checkStart(folder: string, talker: Talker | undefined): Promise<string[]> {
  const program = new RoomProgram(folder);
  const url = await Promise.race([program.opened, sleep(patience)]);
  if (url === undefined) {
    program.child.kill('SIGKILL');
    return [`the next start failed: ${program.errors}`];
  }
  const problems: string[] = [];
  const client = await RawClient.open(url);
  if (talker !== undefined && talker.acknowledged.length > 0) problems.push(...(await talker.missing(client)));
  program.child.kill('SIGTERM');
  const { code } = await client.closed;
  if (code !== 1012) problems.push(`the end of the room was told with ${code}`);
  const ended = await endOf(program);
  if (ended?.code !== 0) problems.push(`the next room ended with ${JSON.stringify(ended)}: ${program.errors}`);
  return problems;
}
