import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import prettyBytes from 'pretty-bytes';
import { ChatProcess } from '../harness/chat-process.ts';
import { admin } from '../harness/console.ts';
import { removeFolder, temporaryFolder } from '../harness/ending.ts';
import { FaultProxy } from '../harness/fault-proxy.ts';
import { MemoryWatch } from '../harness/memory.ts';
import { RawClient } from '../harness/raw-client.ts';
import { password } from '../harness/room.ts';
import { startRoomProcess } from '../harness/room-process.ts';

export interface BigFileReport {
  /** Size of the file in bytes. */
  readonly size: number;
  readonly sending: Leg;
  /** The first half of the download, until the client was killed. */
  readonly gettingHalf: Leg;
  readonly gettingRest: Leg;
  /** Bytes received before the kill, and bytes received afterwards. */
  readonly kept: number;
  readonly broughtAfterwards: number;
  /** The violated expectations. */
  readonly problems: readonly string[];
}

/** The time and memory of a part of the transfer. */
interface Leg {
  readonly seconds: number;
  /** Resident memory in MB, at the start and at the peak: of the client, and of the room with its functions and its store. */
  readonly client: readonly [number, number];
  readonly room: readonly [number, number];
}

const [sender, recipient] = ['facebook', 'Columbia'] as const;
const name = 'big.bin';
const megabyte = 1024 ** 2;

/** The allowed growth of a process during a transfer, in MB, for a file of any size. */
const allowance = 150;

/** Sends a large file through a new room, kills the recipient halfway, and resumes the download. */
export async function playBigFile(size: number): Promise<BigFileReport> {
  const folder = temporaryFolder('chat-big-file-');
  const room = await startRoomProcess(join(folder, 'room'), []);
  const proxy = await FaultProxy.open(room.url);
  const own = (user: string) => ({ folder: join(folder, user), patience: 600_000 });
  try {
    await admin(room.url, ['change', 'MAX_FILE_BYTES', String(size)]);
    const client = await RawClient.open(room.url);
    for (const user of [sender, recipient]) {
      await mkdir(join(folder, user));
      await client.get('register', { user, password });
    }
    await client.close();
    await writeRandom(join(folder, sender, name), size);

    const from = await ChatProcess.enter(room.url, sender, own(sender));
    const sending = await measure(from, room.pid, async () => {
      from.type(`file ${recipient} ${name}`);
      await from.sees(`The room has received the file "${name}".`);
    });

    const first = await ChatProcess.enter(proxy.url, recipient, own(recipient));
    await first.sees(`${sender}(file_transfer): ${name} (${prettyBytes(size)})`);
    const half = proxy.hold('GET', 'half');
    const gettingHalf = await measure(first, room.pid, async () => {
      first.type(`fileget ${sender} ${name}`);
      await half.reached;
    });
    await first.kill();
    half.release();
    const [part = ''] = await readdir(join(folder, recipient));
    const kept = (await stat(join(folder, recipient, part))).size;

    const again = await ChatProcess.enter(proxy.url, recipient, own(recipient));
    const before = proxy.bytes.got;
    const gettingRest = await measure(again, room.pid, async () => {
      again.type(`fileget ${sender} ${name}`);
      await again.sees(`The file "${name}" has been received.`);
    });
    const broughtAfterwards = proxy.bytes.got - before;
    await Promise.all([again.quit(), from.quit()]);

    const [sent, got] = await Promise.all([sender, recipient].map((user) => digest(join(folder, user, name))));
    const problems = [
      ...(sent === got ? [] : ['The received file differs from the sent one.']),
      ...(kept > 0 && kept + broughtAfterwards === size ? [] : ['The download did not resume where it broke off.']),
      ...Object.entries({ sending, gettingHalf, gettingRest }).flatMap(([what, leg]) => growth(what, leg)),
    ];
    return { size, sending, gettingHalf, gettingRest, kept, broughtAfterwards, problems };
  } finally {
    await proxy.close();
    // A kill would leave its database running.
    await room.stop();
    await removeFolder(folder);
  }
}

async function measure(chat: ChatProcess, room: number, work: () => Promise<void>): Promise<Leg> {
  const [client, whole] = [new MemoryWatch(chat.pid), new MemoryWatch(room)];
  const start = performance.now();
  try {
    await work();
  } finally {
    client.stop();
    whole.stop();
  }
  const inMegabytes = ({ before, most }: MemoryWatch) =>
    [Math.round(before / megabyte), Math.round(most / megabyte)] as const;
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  return { seconds, client: inMegabytes(client), room: inMegabytes(whole) };
}

const growth = (what: string, { client, room }: Leg) =>
  Object.entries({ client, room }).flatMap(([process, [before, most]]) =>
    most - before > allowance ? [`${what}: the ${process} grew by ${most - before} MB.`] : [],
  );

async function writeRandom(path: string, size: number): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let left = size; left > 0; left -= megabyte) await file.write(randomBytes(Math.min(left, megabyte)));
  } finally {
    await file.close();
  }
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
