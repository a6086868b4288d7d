import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { RawClient } from '../test/harness/raw-client.ts';
import { median } from './bundles.ts';
import type { Stage } from './stage.ts';

/** The response times of one kind of request. */
export interface Rate {
  readonly name: string;
  /** Milliseconds from frame to answer, one request at a time; the median. */
  readonly latencyMs: number;
  /** Answers per second to {@link clients} parallel clients. */
  readonly perSecond: number;
  /** CPU time (ms) of this process per answer, with {@link clients} parallel clients. */
  readonly cpuMs: number;
}

export const clients = 8;
const exchangesAlone = 100;
const exchangesEach = 60;

/** Measures the room and, for comparison, a WebSocket server that only echoes, with the same client. */
export async function measureRates(stage: Stage): Promise<Rate[]> {
  const pairs: { sender: RawClient; recipient: string }[] = [];
  const names = await stage.seed(2 * clients);
  for (let pair = 0; pair < clients; pair++) {
    const [from = '', to = ''] = names.slice(2 * pair);
    await stage.enter(to);
    pairs.push({ sender: await stage.enter(from), recipient: to });
  }
  return [
    await measureEcho(),
    await measure('`ping`: the gateway alone', pairs, ({ sender }) => ping(sender)),
    await measure('`whoelse`', pairs, ({ sender }) => sender.get('whoelse', {})),
    await measure('`message` to someone online', pairs, ({ sender, recipient }) =>
      sender.get('message', { to: recipient, text: 'hello' }),
    ),
  ];
}

async function measureEcho(): Promise<Rate> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.on('message', (data) => socket.send(String(data)));
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const echoed = await Promise.all(Array.from({ length: clients }, () => RawClient.open(`ws://127.0.0.1:${port}`)));
  const rate = await measure('a bare `ws` server, echoing', echoed, (client) => {
    client.send({ type: 'echo' });
    return client.next();
  });
  await Promise.all(echoed.map((client) => client.close()));
  server.close();
  return rate;
}

function ping(client: RawClient): Promise<unknown> {
  client.send({ action: 'ping' });
  return client.next(({ type }) => type === 'pong');
}

async function measure<C>(name: string, all: readonly C[], exchange: (one: C) => Promise<unknown>): Promise<Rate> {
  await Promise.all(all.map(exchange));
  const times: number[] = [];
  const [first] = all;
  for (let count = 0; first !== undefined && count < exchangesAlone; count++) {
    const before = performance.now();
    await exchange(first);
    times.push(performance.now() - before);
  }
  const [before, cpu] = [performance.now(), process.cpuUsage()];
  const many = async (one: C) => {
    for (let count = 0; count < exchangesEach; count++) await exchange(one);
  };
  await Promise.all(all.map(many));
  const seconds = (performance.now() - before) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const exchanges = all.length * exchangesEach;
  return {
    ...{ name, latencyMs: median(times), perSecond: exchanges / seconds },
    cpuMs: (user + system) / 1000 / exchanges,
  };
}
