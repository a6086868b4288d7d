import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Between two waves of upgrades, in ms. */
const wave = 10;

/** Sends upgrade requests from one address, as cheaply as an attacker can: it reads the status and hangs up. */
export class Upgrades {
  readonly #url: URL;
  readonly #address: string;
  readonly #ending = new AbortController();
  readonly #open = new Set<Socket>();
  #running: Promise<void> = Promise.resolve();
  sent = 0;
  /** Answers, by HTTP status. */
  readonly answers = new Map<number, number>();

  constructor(url: string, address: string) {
    this.#url = new URL(url);
    this.#address = address;
  }

  /** Sends this many at once, and waits for the answers: they use up a throttle's burst. */
  async burst(count: number): Promise<void> {
    const step = 50;
    for (let i = 0; i < count; i += step) await Promise.all(Array.from({ length: step }, () => this.#upgrade()));
  }

  /** Sends this many a second until the end. */
  start(rate: number): void {
    this.#running = this.#send(rate);
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    for (const socket of this.#open) socket.destroy();
  }

  async #send(rate: number): Promise<void> {
    const startedAt = performance.now();
    const before = this.sent;
    while (!this.#ending.signal.aborted) {
      const due = before + ((performance.now() - startedAt) / 1000) * rate;
      while (this.sent < due) void this.#upgrade();
      await sleep(wave);
    }
  }

  #upgrade(): Promise<void> {
    this.sent += 1;
    return new Promise((resolve) => {
      const { hostname: host, port, pathname } = this.#url;
      const socket = connect({ host, port: Number(port), localAddress: this.#address });
      this.#open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#open.delete(socket);
        resolve();
      });
      socket.on('data', (data) => {
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(String(data))?.[1] ?? 0);
        this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
        socket.destroy();
      });
      socket.write(
        `GET ${pathname} HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      );
    });
  }
}
