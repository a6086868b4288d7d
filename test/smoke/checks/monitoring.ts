import { setTimeout as sleep } from 'node:timers/promises';
import { GetConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import type { RawClient } from '../../harness/raw-client.ts';
import { type Check, sources } from '../check.ts';
import type { SmokeRoom } from '../smoke-room.ts';

/** CloudWatch shows a line of the log within some seconds, and a metric within some minutes. */
const logSeconds = 60;
const metricSeconds = 300;

/** Tries every second until there is a result, for a number of seconds. */
async function eventually<R>(seconds: number, attempt: () => Promise<R | undefined>): Promise<R | undefined> {
  for (const deadline = Date.now() + seconds * 1000; ; ) {
    const result = await attempt();
    if (result !== undefined || Date.now() > deadline) return result;
    await sleep(1_000);
  }
}

/** The connection of a user's last login, as the log tells it. */
async function connectionOf(room: SmokeRoom, user: string, since: number): Promise<string> {
  const found = await eventually(logSeconds, async () => {
    for await (const { lines } of room.admin.askOn('log', { since: new Date(since).toISOString(), user })) {
      const login = lines.findLast(({ fields }) => fields['message'] === 'login' && fields['result'] === 'ok');
      if (typeof login?.fields['connectionId'] === 'string') return login.fields['connectionId'];
    }
    return undefined;
  });
  if (found === undefined) throw new Error(`the log has no login of ${user} after ${logSeconds} s`);
  return found;
}

/** Whether something moves the time of last activity that API Gateway tells of a connection. */
function movesLastActiveAt(act: (room: SmokeRoom, client: RawClient) => Promise<unknown>): Check['observe'] {
  return async (room) => {
    const connections = room.right('connections');
    const [user] = await room.pair();
    const start = Date.now();
    const client = await room.enter(user);
    const ConnectionId = await connectionOf(room, user.name, start - 1_000);
    const lastActiveAt = async () =>
      Number((await connections.send(new GetConnectionCommand({ ConnectionId }))).LastActiveAt);
    const before = await lastActiveAt();
    await sleep(1_500);
    await act(room, client);
    const after = await lastActiveAt();
    if (Number.isNaN(after)) return 'unknown: the time is not in ISO 8601';
    return after > before ? `yes, by ${after - before} ms` : 'no';
  };
}

/** What an operator sees of the room. */
export const monitoring: readonly Check[] = [
  {
    name: 'lastActiveAt moves on a ping',
    expected: undefined,
    source: sources.connections,
    needs: ['admin', 'connections'],
    observe: movesLastActiveAt(async (_, client) => {
      client.send({ action: 'ping' });
      await client.next(({ type }) => type === 'pong', 'the pong');
    }),
  },
  {
    name: 'lastActiveAt moves on a post by the room',
    expected: undefined,
    source: sources.connections,
    needs: ['admin', 'connections'],
    observe: movesLastActiveAt(async (room, client) => {
      const [{ name: to }, other] = await room.pair();
      const sender = await room.enter(other);
      await room.get(sender, 'message', { to, text: 'smoke test' });
      await client.event('message');
    }),
  },
  {
    name: 'the log has the commands of this run',
    expected: 'found',
    source: sources.logs,
    needs: ['admin'],
    async observe(room) {
      const [user] = await room.pair();
      const start = Date.now();
      await room.enter(user);
      await connectionOf(room, user.name, start - 1_000);
      return 'found';
    },
  },
  {
    name: 'the doctor',
    expected: 'finds nothing',
    source: sources.runbook,
    needs: ['admin'],
    async observe(room) {
      const found: string[] = [];
      for await (const { findings } of room.admin.askOn('doctor', {})) found.push(...findings.map(({ text }) => text));
      return found.length === 0 ? 'finds nothing' : found.join('; ');
    },
  },
  {
    name: "metrics of API Gateway, of Lambda and of the room's own",
    expected: 'present',
    source: sources.metrics,
    needs: ['metrics'],
    async observe(room) {
      const metrics = room.right('metrics');
      const missing = new Set(await metrics.ofEachSource());
      await eventually(metricSeconds, async () => {
        for (const metric of missing) if (await metrics.has(metric)) missing.delete(metric);
        return missing.size === 0 || undefined;
      });
      const names = [...missing].map(({ namespace, name }) => `${namespace} ${name}`);
      return names.length === 0 ? 'present' : `missing after ${metricSeconds} s: ${names.join(', ')}`;
    },
  },
];
