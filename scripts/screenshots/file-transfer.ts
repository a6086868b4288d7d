import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { connect } from '../../client/room/index.ts';
import { TerminalDriver } from '../../client/testing/terminal-driver.ts';
import { removeFolder, temporaryFolder } from '../../test/harness/ending.ts';
import type { Shot } from './shot.ts';

const size = { columns: 120, rows: 12 };
const password = 'correct horse';

/** A user downloads a file, and sends a large one while chatting. */
export async function fileTransfer(url: string): Promise<Shot> {
  const folder = temporaryFolder('chat-room-files-');
  const sit = (user: string) => new Sitter(user, url, folder);
  const windows = await connect({ url });
  await windows.request('register', { user: 'windows', password });
  await windows.login('windows', password);

  const wikipedia = sit('wikipedia');
  const network = sit('network');
  await wikipedia.comeIn();
  await network.comeIn();
  await writeFile(join(folder, 'test_file.txt'), 'for testing convenience\n');
  await wikipedia.enter('file network test_file.txt');
  await network.see('wikipedia(file_transfer): test_file.txt');
  await rm(join(folder, 'test_file.txt'));
  await network.enter('fileget');
  await network.see('File "test_file.txt" from "wikipedia"');
  await network.enter('fileget wikipedia test_file.txt');
  await network.see('It was saved as');

  await writeFile(join(folder, 'holidays.tar'), randomBytes(90_000_000));
  await network.enter('file wikipedia holidays.tar');
  await network.see('Sending "holidays.tar"');
  await windows.request('broadcast', { text: 'talking goes on meanwhile' });
  await network.see('talking goes on');
  network.typist.type('/msg wikipedia here come the pictures');
  await network.typist.see((rows) => / [3-8]\d %.*left/.test(rows.at(-2) ?? ''));
  return {
    buffer: network.typist.buffer,
    size,
    title: 'npm run chat',
    close: async () => {
      for (const { typist } of [wikipedia, network]) {
        typist.close();
        await typist.exited;
      }
      await windows.leave();
      await removeFolder(folder);
    },
  };
}

/** A user at a terminal, with a working directory. */
class Sitter {
  readonly #user: string;
  readonly typist: TerminalDriver;

  constructor(user: string, url: string, cwd: string) {
    this.#user = user;
    this.typist = new TerminalDriver({ args: [resolve('dist/client/chat.mjs')], url, cwd, ...size });
  }

  /** Registers, and logs in. */
  async comeIn(): Promise<void> {
    for (const answer of ['register', this.#user, password, password, this.#user, password]) {
      const before = this.typist.rows.length;
      await this.typist.seeLast('>>');
      this.typist.enter(answer);
      await this.typist.see((rows) => rows.length > before);
    }
    await this.typist.seeLast(`${this.#user}>>`);
    // The other picture shows the earlier lines.
    this.typist.type('\u000c');
    await this.typist.see(() => this.typist.buffer.cursorY === 0);
  }

  async enter(line: string): Promise<void> {
    await this.typist.seeLast(`${this.#user}>>`);
    this.typist.enter(line);
  }

  see(text: string): Promise<void> {
    return this.typist.see((rows) => rows.some((row) => row.includes(text)));
  }
}
