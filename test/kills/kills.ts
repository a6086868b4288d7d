import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../local/random.ts';
import { removeFolder, temporaryFolder } from '../harness/ending.ts';
import { RawClient } from '../harness/raw-client.ts';
import { SmallDisk } from './disk.ts';
import { type Ended, processesNaming, RoomProgram } from './room-program.ts';
import { Talker } from './talker.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGKILL'] as const;
type Fault = 'none' | 'disk full' | 'read-only' | 'port taken' | 'output closed';

/** How long (ms) a start, an end, or the end of left-over processes may take. */
const patience = 30_000;
/** The latest moment (ms) of a fault or a signal, after the start or after the greeting. */
const latest = 1_500;

/**
 * Starts the room on one folder again and again. Each start is under a random fault, and random signals kill it at a
 * random moment. Then checks that no process is left, that no error was unhandled, that the next start works, and that
 * it has every message that was acknowledged.
 */
export async function kills({ rounds, seed }: { rounds: number; seed: number }) {
  const random = new SeededRandom(seed);
  const below = (limit: number) => Math.floor(random.next() * limit);
  const pick = <T>(list: readonly T[]) => list[below(list.length)] as T;
  const place = temporaryFolder('chat-kills-');
  const disk = SmallDisk.mount(place, 64);
  const folder = disk?.folder ?? join(place, 'data');
  mkdirSync(folder, { recursive: true });
  const faults: readonly Fault[] = disk
    ? ['none', 'disk full', 'read-only', 'port taken', 'output closed']
    : ['none', 'port taken', 'output closed'];
  const problems: string[] = [];
  const figures = { starts: 0, openedBeforeTheKill: 0, acknowledged: 0, faults: {} as Record<string, number> };
  try {
    // The first start creates the tables, which takes longer.
    problems.push(...(await checkStart(folder, undefined)));
    for (let round = 1; round <= rounds; round++) {
      const fault = pick(faults);
      const isEarly = fault === 'read-only' || random.next() < 0.5;
      const faultAt = isEarly ? 0 : below(latest);
      const killsOpenRoom = random.next() < 0.6;
      const killAt = below(latest);
      const sent = Array.from({ length: 1 + below(3) }, () => ({ signal: pick(signals), pause: below(150) }));
      const name = `round ${round} (${fault}${isEarly ? ' from the start' : ''}, ${sent.map(({ signal }) => signal).join(' ')})`;
      const holder = fault === 'port taken' ? await listening() : undefined;
      const begin = (program?: RoomProgram) => {
        if (fault === 'disk full') disk?.fill();
        else if (fault === 'read-only') disk?.makeReadOnly();
        else if (fault === 'output closed') program?.closeOutput();
      };
      if (faultAt === 0) begin();
      const program = new RoomProgram(folder, holder?.port ?? 0);
      if (faultAt === 0 && fault === 'output closed') begin(program);
      const talker = new Talker(`user${round}`);
      const talking = program.opened.then((url) => (url === undefined ? undefined : talker.talk(url)));
      const faulted = faultAt === 0 ? undefined : sleep(faultAt).then(() => begin(program));
      // A room whose output is closed does not tell that it is open.
      if (killsOpenRoom) await Promise.race([program.opened, sleep(2 * latest)]);
      await Promise.race([sleep(killAt), program.ended]);
      for (const { signal, pause } of sent) {
        program.child.kill(signal);
        await Promise.race([sleep(pause), program.ended]);
      }
      const ended = await endOf(program);
      await Promise.all([faulted, talking]);
      const known = sent.map(({ signal }) => signal as NodeJS.Signals);
      problems.push(...problemsOf(program, ended, known, fault).map((problem) => `${name}: ${problem}`));
      problems.push(...(await leftOver(folder)).map((problem) => `${name}: ${problem}`));
      disk?.restore();
      holder?.close();
      problems.push(...(await checkStart(folder, talker)).map((problem) => `${name}: ${problem}`));
      figures.starts += 1;
      figures.faults[fault] = (figures.faults[fault] ?? 0) + 1;
      figures.acknowledged += talker.acknowledged.length;
      if (talker.hasBegun) figures.openedBeforeTheKill += 1;
    }
  } finally {
    for (const pid of processesNaming(folder)) process.kill(pid, 'SIGKILL');
    disk?.unmount();
    await removeFolder(place);
  }
  return { problems, ...figures };
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

function problemsOf(program: RoomProgram, ended: Ended | undefined, sent: readonly NodeJS.Signals[], fault: Fault) {
  const problems: string[] = [];
  if (ended === undefined) problems.push('it did not end');
  else if (ended.signal !== null && !sent.includes(ended.signal)) problems.push(`it ended by ${ended.signal}`);
  if (program.hasFailed) problems.push(`an error was unhandled: ${program.errors}`);
  if (program.errors !== '' && fault === 'none') problems.push(`it complained: ${program.errors}`);
  return problems;
}

/** Waits until no process of the room is left. */
async function leftOver(folder: string): Promise<string[]> {
  const deadline = performance.now() + 3_000;
  for (;;) {
    const left = processesNaming(folder);
    if (left.length === 0) return [];
    if (performance.now() > deadline) {
      for (const pid of left) process.kill(pid, 'SIGKILL');
      return [`${left.length} processes were left running`];
    }
    await sleep(20);
  }
}

/** Starts the room without a fault, looks for the acknowledged messages of a talker, and ends the room. */
async function checkStart(folder: string, talker: Talker | undefined): Promise<string[]> {
  const program = new RoomProgram(folder, 0);
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
  return [...problems, ...(await leftOver(folder))];
}
