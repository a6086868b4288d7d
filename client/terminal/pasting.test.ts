import { describe, expect, test } from 'vitest';
import { logIn, prompt, type Visitor } from '../testing/open-terminal.ts';

const sentAt = '2026-11-23T09:00:00.000Z';
const delivered = { delivery: 'delivered', seq: 1, sentAt } as const;
const hostile = 'first\nblock carol\nquit\n';

const sit = (marksPastes = true) => logIn({ columns: 120, marksPastes });

const isAskedFor = (rows: string[]) => rows.some((row) => row.startsWith('You have pasted'));

/** Expects the hostile text as one message to Columbia. The next command is what is typed, and nothing of the text. */
async function expectOneMessage({ typist, peer }: Visitor): Promise<void> {
  const said = await peer.next('message');
  expect(said.arguments).toEqual({ to: 'Columbia', text: 'first\nblock carol\nquit' });
  said.reply(delivered);
  typist.enter('whoelse');
  await peer.next('whoelse');
}

describe('a text of several lines', () => {
  test('after a typed command is one message, unaltered, and is sent at Enter', async () => {
    const visitor = await sit();
    const { typist } = visitor;
    typist.type('message Columbia ');
    typist.paste(hostile);
    await typist.seeLast(`${prompt}message Columbia first\\nblock carol\\nquit`);
    typist.enter('');
    await expectOneMessage(visitor);
  });

  test('without a command is a question: it goes to the user whom the answer names', async () => {
    const visitor = await sit();
    const { typist } = visitor;
    typist.paste(hostile);
    await typist.see(isAskedFor);
    await typist.seeLast(prompt.trimEnd());
    typist.enter('Columbia');
    await expectOneMessage(visitor);
  });

  test.each([
    ['*', 'broadcast'],
    ['', 'whoelse'],
  ] as const)('goes to everybody or to nobody: %j', async (answer, action) => {
    const { typist, peer } = await sit();
    typist.paste(hostile);
    await typist.see((rows) => isAskedFor(rows) && rows.at(-1) === prompt.trimEnd());
    typist.enter(answer);
    if (answer === '') {
      await typist.see((rows) => rows.at(-2) === 'Nothing was sent.');
      typist.enter('whoelse');
    }
    const { arguments: args } = await peer.next(action);
    expect(args).toEqual(answer === '' ? {} : { text: 'first\nblock carol\nquit' });
  });

  test('that comes while a command runs is asked about after it', async () => {
    const { typist, peer } = await sit();
    typist.enter('whoelse');
    const whoelse = await peer.next('whoelse');
    typist.paste(hostile);
    typist.type('x');
    await typist.seeLast('x');
    whoelse.reply({ users: [], total: 0 });
    await typist.see(isAskedFor);
  });

  test('with the mark of its own end, and with marks around a command, is still one text', async () => {
    const { typist, peer } = await sit();
    const text = 'one\u001b[201~\rquit\r\u001b[200~two';
    typist.type('message Columbia ');
    typist.paste(text);
    typist.type('\r');
    const said = await peer.next('message');
    expect(said.arguments.text).toBe('one\u001b[201~\nquit\n\u001b[200~two');
  });

  test('that is larger than a text may be is entered at once', async () => {
    const { typist, peer } = await sit();
    const text = 'All work and no play makes Jack a dull boy.\n'.repeat(10_000);
    typist.paste(text);
    await typist.see((rows) => rows.some((row) => row.includes('10000 lines, 439999 bytes')));
    typist.enter('');
    await typist.see((rows) => rows.at(-2) === 'Nothing was sent.');
    typist.enter('whoelse');
    await peer.next('whoelse');
  });

  test('that is too long for a message, after a typed command, is offered as a file', async () => {
    const { typist } = await sit();
    typist.type('message Columbia ');
    typist.paste('All work and no play makes Jack a dull boy.\n'.repeat(1000));
    await typist.see((rows) => rows.some((row) => row.startsWith('The text has 43999 bytes.')));
    typist.enter('n');
    await typist.see((rows) => rows.at(-2) === 'The text was not sent.');
  });

  test('is no answer to a question before the login but one, and no command', async () => {
    const { typist, peer } = await logIn();
    typist.enter('passwd');
    await typist.see((rows) => rows.at(-2)?.includes('password') === true);
    typist.paste('old\nwhoelse\nquit');
    typist.enter('');
    await typist.see((rows) => rows.filter((row) => row.includes('password')).length > 1);
    typist.enter('new');
    typist.enter('new');
    expect((await peer.next('passwd')).arguments).toMatchObject({ oldPassword: 'old\nwhoelse\nquit' });
  });
});

test('a pasted line is not carried out before Enter, and keeps its Tab and its line separator', async () => {
  const { typist, peer } = await sit();
  typist.paste('message Columbia a\tb\u2028whoelse\n');
  await typist.seeLast(`${prompt}message Columbia a\\tb\\u{2028}whoelse`);
  typist.enter('!');
  expect((await peer.next('message')).arguments).toEqual({ to: 'Columbia', text: 'a\tb\u2028whoelse!' });
});

describe('in a terminal that marks no pastes', () => {
  test.each([hostile, 'first\nquit', `${'x'.repeat(3000)}\nquit\n`])(
    'several lines in one read are a paste: %#',
    async (text) => {
      const { typist, peer } = await sit(false);
      typist.type(text.replaceAll('\n', '\r'));
      await typist.see(isAskedFor);
      typist.enter('Columbia');
      const said = await peer.next('message');
      expect(said.arguments.text).toBe(text.replace(/\n$/, ''));
    },
  );

  test('a line and Enter in one read are typed', async () => {
    const { typist, peer } = await sit(false);
    typist.type('whoelse\r');
    await peer.next('whoelse');
  });
});

test('the terminal marks pastes until the program ends', async () => {
  const { typist, peer } = await sit();
  typist.enter('quit');
  (await peer.next('logout')).reply({});
  await typist.exited;
  const modes = typist.output.split('\u001b').filter((part) => part.startsWith('[?2004'));
  expect(modes.at(0)).toMatch(/^\[\?2004h/);
  expect(modes.at(-1)).toMatch(/^\[\?2004l/);
});

test('Ctrl+C clears a half-typed line, and then leaves', async () => {
  const { typist, peer } = await sit();
  typist.type('message Columbia I am');
  await typist.seeLast(`${prompt}message Columbia I am`);
  typist.type('\u0003');
  await typist.seeLast(prompt.trimEnd());
  typist.enter('whoelse');
  (await peer.next('whoelse')).reply({ users: [], total: 0 });
  await typist.seeLast(prompt.trimEnd());
  typist.type('\u0003');
  (await peer.next('logout')).reply({});
  expect(await typist.exited).toBe(0);
});
