import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { spawn } from '@lydell/node-pty';
import { WebSocketServer } from 'ws';
import { median } from './bundles.ts';

const turns = 15;

/**
 * Milliseconds from the start of the terminal client to its first prompt, and the run time of an empty Node.js program.
 * Each is the median of 15 runs.
 */
export async function measureStartUp(): Promise<{ nothing: number; client: number }> {
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
  return { nothing: median(nothing), client: median(client) };
}

/** Milliseconds until a program in a terminal has printed a text. Without a text: until it ends. */
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
