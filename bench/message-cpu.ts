import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { RawClient } from '../test/harness/raw-client.ts';
import { openRoom, password } from '../test/harness/room.ts';

/** CPU time (ms) per `message` that one user sends to another who is online. */
export interface MessageCpu {
  /** The thread of the gateway, the proxies, the signature checks and the recorder. */
  readonly room: number;
  /** The functions' threads, and the helper threads of V8 and Node.js. */
  readonly functions: number;
  /** The emulated DynamoDB. */
  readonly database: number;
}

const warmUp = 100;

/** Measures a local room on this machine while a client in a process of its own sends messages; Linux only. */
export async function measureMessageCpu(messages = 400): Promise<MessageCpu> {
  const room = await openRoom({ environmentsPerFunction: 2 });
  try {
    await room.enter('reader');
    await room.register('writer');
    await send(room.url, warmUp);
    const before = await cpuTimes();
    await send(room.url, messages);
    const after = await cpuTimes();
    const each = (name: keyof MessageCpu) => (after[name] - before[name]) / messages;
    return { room: each('room'), functions: each('functions'), database: each('database') };
  } finally {
    await room.close();
  }
}

async function send(url: string, messages: number): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ['--send', url, String(messages)]);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the client has failed with ${String(code)}`);
}

async function cpuTimes(): Promise<MessageCpu> {
  const own = await threadTimes(process.pid);
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  const others = await Promise.all(
    children
      .trim()
      .split(' ')
      .map((pid) => threadTimes(Number(pid))),
  );
  const room = own.get(process.pid) ?? 0;
  return { room, functions: sum(own) - room, database: others.reduce((total, threads) => total + sum(threads), 0) };
}

/** CPU time (ms) by thread id; https://docs.kernel.org/scheduler/sched-stats.html */
async function threadTimes(pid: number): Promise<Map<number, number>> {
  const ids = await readdir(`/proc/${pid}/task`).catch(() => []);
  const times = await Promise.all(
    ids.map(async (id) => {
      const text = await readFile(`/proc/${pid}/task/${id}/schedstat`, 'utf8').catch(() => '0');
      return [Number(id), Number(text.split(' ')[0]) / 1e6] as const;
    }),
  );
  return new Map(times);
}

const sum = (times: ReadonlyMap<number, number>) => [...times.values()].reduce((total, time) => total + time, 0);

async function runClient(url: string, messages: number): Promise<void> {
  const client = await RawClient.open(url);
  await client.get('login', { user: 'writer', password });
  for (let count = 0; count < messages; count++) await client.get('message', { to: 'reader', text: `hello ${count}` });
  await client.get('logout', {});
  await client.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [mode, url = '', messages] = process.argv.slice(2);
  if (mode === '--send') await runClient(url, Number(messages));
  else {
    const { room, functions, database } = await measureMessageCpu(mode === undefined ? undefined : Number(mode));
    const [total, ...parts] = [room + functions + database, room, functions, database].map((each) => each.toFixed(2));
    console.log(`CPU per message: ${total} ms (room ${parts[0]}, functions ${parts[1]}, database ${parts[2]})`);
  }
}
