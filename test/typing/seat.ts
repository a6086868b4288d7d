import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type IPty, spawn } from '@lydell/node-pty';
import type { AutoRoom } from './auto-room.ts';
import type { Step, Stream } from './streams.ts';

const program = fileURLToPath(new URL('../../dist/client/chat.mjs', import.meta.url));

/**
 * Runs the client, then prints how it ended and the state of the terminal. Signals go to the client alone. A terminal
 * that closes loses the output that nobody has read, so this one stays open until this program closes it.
 */
const script = 'trap "" INT HUP TERM QUIT; (trap - INT HUP TERM QUIT; exec "$@"); echo "ended $?"; stty -a; read line';

const [lineStart, lineEnd] = ['\u0005\u0015', '\r'];
const [pasteStart, pasteEnd] = ['\u001b[200~', '\u001b[201~'];
/** Milliseconds after which a paste is over. */
const silence = 80;

/** The terminal client in a pseudo-terminal, without a screen. */
export class Seat {
  readonly #pty: IPty;
  readonly #room: AutoRoom;
  readonly marksPastes: boolean;
  #output = '';
  #probes = 0;
  /** Attempts of the last probe: a slow client may take the end of one for a part of a paste. */
  #attempts = 0;

  private constructor(room: AutoRoom, marksPastes: boolean) {
    this.#room = room;
    this.marksPastes = marksPastes;
    const args = ['-c', script, 'sh', process.execPath, program, '--url', room.url, '--user', 'facebook'];
    const env = { PATH: process.env['PATH'] ?? '', CHAT_PASSWORD: 'wastingtime', HOME: '/nonexistent', LANG: 'C' };
    this.#pty = spawn('sh', args, { cols: 80, rows: 24, name: 'xterm-256color', env, encoding: null });
    this.#pty.onData((data) => {
      this.#output += String(data);
    });
  }

  /** Starts a client. Resolves when it is logged in. */
  static async open(room: AutoRoom, marksPastes: boolean): Promise<Seat> {
    const seat = new Seat(room, marksPastes);
    const deadline = Date.now() + 60_000;
    while (!seat.#output.includes('[?2004$p')) {
      if (Date.now() > deadline) throw new Error(`the client did not log in:\n${seat.#output}`);
      await sleep(5);
    }
    if (marksPastes) seat.#type('\u001b[?2004;1$y');
    await sleep(20);
    return seat;
  }

  /** Whether the client has ended, and the state of the terminal was printed. */
  get hasEnded(): boolean {
    return /ended \d+\r\n[\s\S]*extproc/.test(this.#output);
  }

  /** The output of the last stream, for a report. */
  get tail(): string {
    return JSON.stringify(this.#output.slice(-600));
  }

  /** Plays a stream. @returns the problems. */
  async play({ steps, end }: Stream): Promise<string[]> {
    this.#room.sent = [];
    this.#output = this.#output.slice(-2000);
    for (const step of steps) await this.#do(step);
    const problems = [...(await this.#probe()), ...this.#faultsOf(steps)];
    if (end !== undefined && problems.length === 0) problems.push(...(await this.#end(end)));
    return problems;
  }

  /** Pastes a text where a command was begun, or alone, and sends it. @returns the problems. */
  async playExact(text: string, isAlone: boolean): Promise<string[]> {
    this.#room.sent = [];
    const expected = text.replace(/\r\n?/g, '\n').replace(/\n$/, '');
    // In a terminal that marks nothing, other text is typed.
    if (!this.marksPastes && (!/[\r\n][^\r\n]/.test(text) || text.includes('\u001b[20'))) return this.#probe();
    // The client cannot edit noncharacters.
    const isText = (isAlone && expected.includes('\n')) || expected.includes('\ufdd0');
    this.#type(isText ? '' : 'message Columbia ');
    await sleep(10);
    this.#paste(text, text.length);
    await sleep(4 * silence);
    this.#type(isText ? 'Columbia\r' : '\r');
    const arrived = await this.#room.has((sent) => sent.text === expected && sent.to === 'Columbia', 2000);
    const only = this.#room.sent.length === 1;
    if (arrived && only) return this.#probe();
    return [`a paste did not arrive unaltered: ${JSON.stringify(text)}; sent: ${JSON.stringify(this.#room.sent)}`];
  }

  close(): void {
    this.#pty.kill('SIGKILL');
  }

  #type(text: string | Uint8Array): void {
    // That it takes bytes is not part of its public types.
    const pty = this.#pty as IPty & { write(bytes: Buffer): void };
    if (!this.hasEnded && text.length > 0) pty.write(typeof text === 'string' ? Buffer.from(text) : Buffer.from(text));
  }

  /** In two writes. A terminal that marks nothing gets at least two lines at once. */
  #paste(text: string, split: number): void {
    const lines = (this.marksPastes ? text : text.replaceAll(pasteStart, '')).replace(/\r?\n/g, '\r');
    if (!this.marksPastes) return this.#type(/\r[^\r]/.test(lines) ? lines : `x\r-${lines}`);
    const all = Buffer.from(pasteStart + lines + pasteEnd);
    const at = split % all.length;
    this.#type(all.subarray(0, at));
    this.#type(all.subarray(at));
  }

  async #do(step: Step): Promise<void> {
    switch (step.do) {
      case 'keys': {
        const keys = Buffer.from(step.bytes).toString('latin1');
        // Only a terminal that marks pastes sends the mark.
        return this.#type(Buffer.from(this.marksPastes ? keys : keys.replaceAll(pasteStart, ''), 'latin1'));
      }
      case 'paste':
        // What was typed just before would else be a part of it.
        if (!this.marksPastes) await sleep(silence);
        this.#paste(step.text, step.split);
        return void (await sleep(this.marksPastes ? 0 : silence));
      case 'enter':
        return this.#type(`${step.text}\r`);
      case 'resize':
        if (!this.hasEnded) this.#pty.resize(step.columns, step.rows);
        return;
      case 'signal':
        if (step.signal !== 'stop') return this.#kill(step.signal);
        this.#kill('SIGSTOP');
        await sleep(3);
        return this.#kill('SIGCONT');
      case 'incoming':
        return this.#room.say(step.text);
      case 'wait':
        return void (await sleep(step.milliseconds));
    }
  }

  /** Leaves questions, pages and pastes, and says something. The client must be alive, with an empty line. */
  async #probe(): Promise<string[]> {
    for (let attempt = 0; attempt < 12 && !this.hasEnded; attempt += 1) {
      this.#type(pasteEnd);
      await sleep(attempt === 0 ? silence : 2 * silence);
      this.#type(`${lineStart}${lineEnd}`);
      await sleep(15 + 30 * attempt);
      this.#probes += 1;
      this.#attempts = attempt + 1;
      const text = `probe ${this.#probes}`;
      this.#type(`broadcast ${text}\r`);
      if (await this.#room.has((sent) => sent.text === text, 150 + 300 * attempt)) return [];
    }
    return [`the client ${this.hasEnded ? 'has ended' : 'does not answer'}: ${this.tail}`];
  }

  #faultsOf(steps: readonly Step[]): string[] {
    const { sent } = this.#room;
    const allowed = /^(broadcast|message)$/;
    const typed = steps.flatMap((step) => (step.do === 'keys' ? [Buffer.from(step.bytes).toString('latin1')] : []));
    const entered = (typed.join('').match(/\r/g)?.length ?? 0) + steps.filter((step) => step.do === 'enter').length;
    const ownEnters = this.marksPastes && this.#attempts === 1 ? 0 : 2 * this.#attempts;
    const said = sent.filter(({ text = '' }) => !text.startsWith('probe'));
    return [
      ...sent.filter(({ action }) => !allowed.test(action)).map((one) => `was not entered: ${JSON.stringify(one)}`),
      ...(said.length > entered + ownEnters
        ? [`${said.length} texts from ${entered} times Enter: ${JSON.stringify(said)}`]
        : []),
      ...(/\n\s+at [^\n]*(file|node):/.test(this.#output) ? [`a stack trace: ${this.tail}`] : []),
    ];
  }

  async #end(end: NonNullable<Stream['end']>): Promise<string[]> {
    if (end === 'quit') this.#type('quit\r');
    else if (end === 'eof') this.#type('\u0004');
    else this.#kill(end);
    for (let waited = 0; waited < 10_000 && !this.hasEnded; waited += 10) await sleep(10);
    if (!this.hasEnded) return [`the client did not end after ${end}: ${this.tail}`];
    const code = Number(/ended (\d+)/.exec(this.#output)?.[1]);
    const isOrderly = ['quit', 'eof', 'SIGTERM', 'SIGHUP', 'SIGINT'].includes(end);
    const expected = isOrderly ? 0 : 128 + constants.signals[end as NodeJS.Signals];
    const modes = this.#output.split('\u001b[?').map((one) => /^(\d+)([hl])/.exec(one) ?? []);
    const last = (mode: string) => modes.findLast(([_all, number]) => number === mode)?.[2];
    return [
      ...(code === expected ? [] : [`exit code ${code} after ${end}: ${this.tail}`]),
      ...(/\sicanon\s/.test(this.#output) && /\secho\s/.test(this.#output) ? [] : [`the terminal is raw after ${end}`]),
      ...(last('2004') === 'l' && last('7') !== 'l' ? [] : [`the terminal's modes are not restored after ${end}`]),
    ];
  }

  #kill(signal: NodeJS.Signals): void {
    if (this.hasEnded) return;
    const [child] = readFileSync(`/proc/${this.#pty.pid}/task/${this.#pty.pid}/children`, 'utf8').trim().split(' ');
    if (child) process.kill(Number(child), signal);
  }
}
