import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ScriptRunner } from '../testing/script-runner.ts';

const sentAt = '2026-11-23T09:00:00.000Z';
const delivered = { delivery: 'delivered', seq: 1, sentAt } as const;

let runner: ScriptRunner;

beforeEach(async () => {
  runner = await ScriptRunner.open();
});

afterEach(() => runner.close());

const full = { redirections: '> /dev/full' };
const unwritten = /^The output could not be written \(ENOSPC.*\)\./;

describe.skipIf(process.platform !== 'linux')('on a full disk', () => {
  test('a message that was sent has exit code 4, and stderr says that it was sent', async () => {
    const { done } = runner.chat([...runner.facebook, 'send', 'Columbia', 'hello'], full);
    const { peer } = await runner.letIn();
    (await peer.next('message')).reply(delivered);
    (await peer.next('logout')).reply({});
    const { code, err } = await done;
    expect(code).toBe(4);
    expect(err).toMatch(unwritten);
    expect(err).toMatch(/ The message was sent\.\n$/);
  });

  test.each([['--help'], ['send', '--help'], ['profile', 'list', '--json']])(
    'chat %s reports what it could not write',
    async (...args) => {
      const { code, err } = await runner.chat(['--user', 'facebook', ...args], full).done;
      // Without a profile, there is nothing to write.
      if (args.includes('list')) expect(code).toBe(0);
      else expect([code, err]).toEqual([4, expect.stringMatching(unwritten)]);
    },
  );

  test('an answer has exit code 4', async () => {
    const { done } = runner.chat([...runner.facebook, 'whoelse'], full);
    const { peer } = await runner.letIn();
    (await peer.next('whoelse')).reply({ users: ['Columbia'], total: 1 });
    (await peer.next('logout')).reply({});
    expect(await done).toMatchObject({ code: 4, err: expect.stringMatching(unwritten) });
  });

  test('a full stderr does not change the exit code', async () => {
    const { done } = runner.chat(
      ['--url', 'ws://no-such-host.invalid', '--user', 'facebook', 'send', 'Columbia', 'hello'],
      {
        redirections: '2> /dev/full',
      },
    );
    expect(await done).toMatchObject({ code: 3 });
  });

  test('piped commands are not carried out, and that is said', async () => {
    const { done } = runner.chat(runner.facebook, {
      ...full,
      input: 'message Columbia hello\nmessage Columbia again\n',
    });
    const { code, err } = await done;
    expect(code).toBe(4);
    expect(err).toMatch(unwritten);
  });
});

describe('piped commands', () => {
  test('that are refused or mistyped are reported by their lines, with exit code 4 if others were carried out', async () => {
    const { done } = runner.chat(runner.facebook, {
      input: 'message Columbia hello\nmessage nobody hello\n\nwhoels\n',
    });
    const peer = await runner.scripted.peer();
    await runner.scripted.letIn(peer);
    (await peer.next('message')).reply(delivered);
    (await peer.next('message')).refuse('no-such-user');
    (await peer.next('logout')).reply({});
    const { code, err } = await done;
    expect(err).toBe('2 lines of the input were not carried out. Their numbers: 2, 4\n');
    expect(code).toBe(4);
  });

  test('that were carried out before the room ended the conversation have exit code 4', async () => {
    const { done } = runner.chat(runner.facebook, { input: 'message Columbia hello\n', keepOpen: true });
    const peer = await runner.scripted.peer();
    await runner.scripted.letIn(peer);
    (await peer.next('message')).reply(delivered);
    peer.event({ type: 'event', event: 'kicked', reason: 'Out.' });
    expect(await done).toMatchObject({ code: 4 });
  });

  test('that are all refused have exit code 1', async () => {
    const { done } = runner.chat(runner.facebook, { input: 'message nobody hello\n' });
    const peer = await runner.scripted.peer();
    await runner.scripted.letIn(peer);
    (await peer.next('message')).refuse('no-such-user');
    (await peer.next('logout')).reply({});
    expect(await done).toMatchObject({ code: 1, err: 'Line 1 of the input was not carried out.\n' });
  });

  test('that were too fast are sent again, and none is lost', async () => {
    const { done } = runner.chat(runner.facebook, { input: 'message Columbia one\nmessage Columbia two\n' });
    const peer = await runner.scripted.peer();
    await runner.scripted.letIn(peer);
    for (const text of ['one', 'two']) {
      const first = await peer.next('message');
      first.refuse('rate-limited', { retryAfter: 0.05 });
      const again = await peer.next('message');
      expect([again.arguments.text, again.again]).toEqual([text, false]);
      again.reply(delivered);
    }
    (await peer.next('logout')).reply({});
    const { code, out, err } = await done;
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('You are sending faster than the room allows.');
  });

  test('after the end of the room are reported', async () => {
    const { done } = runner.chat(runner.facebook, { input: 'message Columbia one\nmessage Columbia two\n' });
    const peer = await runner.scripted.peer();
    await runner.scripted.letIn(peer);
    (await peer.next('message')).reply(delivered);
    await peer.next('message');
    peer.event({ type: 'event', event: 'stop', message: 'bye' });
    const { code, err } = await done;
    expect(err).toBe('Line 2 of the input may or may not have been carried out.\n');
    expect(code).toBe(4);
  });

  test('that are no text in UTF-8 are refused, and the next line is carried out; a line separator ends no line', async () => {
    const lines = ['message Columbia \xff\n', 'message Columbia a\u2028whoelse\r\n'];
    const input = Buffer.concat([Buffer.from(lines[0] ?? '', 'latin1'), Buffer.from(lines[1] ?? '')]);
    const { done } = runner.chat(runner.facebook, { input });
    const peer = await runner.scripted.peer();
    await runner.scripted.letIn(peer);
    const said = await peer.next('message');
    expect(said.arguments.text).toBe('a\u2028whoelse');
    said.reply(delivered);
    (await peer.next('logout')).reply({});
    expect(await done).toMatchObject({ code: 4, err: 'Line 1 of the input was not carried out.\n' });
  });

  test('from a folder are refused', async () => {
    const { done } = runner.chat(runner.facebook, { redirections: '< client' });
    expect(await done).toMatchObject({ code: 2, err: 'error: The input is a folder.\n' });
  });
});

describe('a message', () => {
  test('without an answer has exit code 4, because it may have been sent', async () => {
    const { child, done } = runner.chat([...runner.facebook, 'send', 'Columbia', 'hello']);
    const { peer } = await runner.letIn();
    await peer.next('message');
    child.kill('SIGTERM');
    (await peer.next('logout')).reply({});
    const { code, err } = await done;
    expect(err).toBe('The connection was lost before the room answered: this may or may not have been done.\n');
    expect(code).toBe(4);
  });

  test('that the room failed to answer has exit code 4, too', async () => {
    const { done } = runner.chat([...runner.facebook, 'broadcast', 'hello']);
    const { peer } = await runner.letIn();
    (await peer.next('broadcast')).refuse('internal');
    (await peer.next('logout')).reply({});
    expect(await done).toMatchObject({ code: 4, out: '' });
  });

  test.each([
    ['from a folder', { redirections: '< client' }, /^error: The input is a folder\./],
    [
      'in another encoding',
      { input: Buffer.from('Gr\xfc\xdfe', 'latin1') },
      /^error: The text on stdin is not in UTF-8\./,
    ],
  ])('%s is not sent', async (_what, run, complaint) => {
    const { code, err } = await runner.chat([...runner.facebook, 'send', 'Columbia'], run).done;
    expect([code, err]).toEqual([2, expect.stringMatching(complaint)]);
  });
});
