import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { spawn } from '@lydell/node-pty';
import { WebSocketServer } from 'ws';
import { median } from './bundles.ts';

/** Prints how long the terminal client takes from its start to its first prompt, beside a Node that does nothing. */
const turns = 15;

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(server, 'listening');
const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;

const nothing: number[] = [];
const client: number[] = [];
for (let turn = 0; turn < turns; turn += 1) {
  nothing.push(await time(['-e', '0']));
  client.push(await time(['dist/client/chat.mjs', '--url', url], '>> '));
}
server.close();
const [idle, prompt] = [median(nothing), median(client)];
console.log(
  `node -e 0: ${idle.toFixed(0)} ms. The client, connected and at its prompt: ${prompt.toFixed(0)} ms, ` +
    `${(prompt / idle).toFixed(1)} times as long (medians of ${turns}).`,
);
process.exit();

/** Milliseconds until a program in a terminal has written this; without it, until it ends. */
function time(args: readonly string[], awaited?: string): Promise<number> {
  const before = performance.now();
  const terminal = spawn(process.execPath, [...args], { cols: 120, rows: 30, name: 'xterm-256color' });
  let written = '';
  return new Promise((resolve) => {
    const exited = new Promise<void>((end) => terminal.onExit(() => end()));
    if (awaited === undefined) void exited.then(() => resolve(performance.now() - before));
    terminal.onData((data) => {
      const wasThere = awaited !== undefined && written.includes(awaited);
      written += data;
      if (awaited === undefined || wasThere || !written.includes(awaited)) return;
      const took = performance.now() - before;
      terminal.kill('SIGHUP');
      void exited.then(() => resolve(took));
    });
  });
}
