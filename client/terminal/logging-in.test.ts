import { expect, test } from 'vitest';
import { enterPassword, logIn, openTerminal, prompt } from '../testing/open-terminal.ts';
import { broadcast, hidden, message } from '../testing/scripted-room.ts';

test('a password is neither echoed nor in the history', async () => {
  const { typist } = await logIn();
  expect(typist.rows.join('\n')).not.toContain('wastingtime');
  typist.type('\u001b[A\u001b[A');
  typist.type('whoelse');
  await typist.seeLast(`${prompt}whoelse`);
});

test('a password that is typed before the question is not echoed either', async () => {
  const { typist, scripted } = await openTerminal();
  await typist.seeLast('>>');
  typist.type('facebook\rwastingtime\rwhoelse\r');
  const peer = await scripted.peer();
  const login = await peer.next('login');
  expect(login.arguments.password).toBe('wastingtime');
  login.reply({ user: 'facebook', token: 't', timeOut: 60, unread: { inbox: 0, room: 0 } });
  (await peer.next('sync')).reply({ messages: [], upTo: { inbox: 0, room: 0 }, more: false });
  (await peer.next('whoelse')).reply({ users: ['Columbia'], total: 1 });
  await typist.see((rows) => rows.at(-2) === 'Columbia' && rows.at(-4) === `${prompt}whoelse`);
  expect(typist.output).not.toContain('wastingtime');
});

test.each(['y', 'Yes', 'n', ''])('a user who is logged in elsewhere is asked; the answer is %j', async (answer) => {
  const since = new Date(new Date().setHours(9, 14)).toISOString();
  const { typist, peer } = await enterPassword({ columns: 100 });
  const login = await peer.next('login');
  expect(login.arguments).not.toHaveProperty('takeOver');
  login.refuse('already-online', { since });
  await typist.see(
    (rows) =>
      rows.at(-2) === 'You are logged in elsewhere since 09:14. Continue here instead? (y/n)' && rows.at(-1) === '>>',
  );
  typist.enter(answer);
  if (!/^y/i.test(answer)) {
    await typist.see((rows) => rows.at(-2)?.startsWith('Please enter your username') === true && rows.at(-1) === '>>');
    return;
  }
  const again = await peer.next('login');
  expect(again.arguments).toEqual({ user: 'facebook', password: 'wastingtime', takeOver: true });
  again.reply({ user: 'facebook', token: 't', timeOut: 60, unread: { inbox: 0, room: 0 } });
  (await peer.next('sync')).reply({ messages: [], upTo: { inbox: 0, room: 0 }, more: false });
  await typist.seeLast(prompt.trimEnd());
});

test('a full room asks, and shows nothing of what is typed ahead', async () => {
  const { typist, peer } = await enterPassword();
  (await peer.next('login')).refuse('room-full');
  const asks = (rows: readonly string[]) => rows.some((row) => row.includes('Try again? Enter "yes" or "no":'));
  await typist.see(asks);
  typist.enter('facebook');
  typist.enter('lotsofexams');
  typist.enter('yes');
  await typist.see((rows) => rows.at(-2)?.startsWith('Please enter your username') ?? false);
  expect(typist.rows.join('\n')).not.toContain('lotsofexams');
  typist.enter('quit');
  expect(await typist.exited).toBe(0);
});

test('the number of missed messages is printed below them', async () => {
  const { typist, peer } = await enterPassword();
  // The room's count includes hidden and expired messages.
  (await peer.next('login')).reply({ user: 'facebook', token: 't', timeOut: 60, unread: { inbox: 2, room: 3 } });
  const messages = [broadcast(1), message(2), hidden(2), broadcast(3)];
  (await peer.next('sync')).reply({ messages, upTo: { inbox: 2, room: 3 }, more: false });
  await typist.seeLast(prompt.trimEnd());
  expect(typist.rows.at(-3)).toMatch(/^1 private, 2 broadcast since 2026-11-2\d \d\d:\d\d$/);
  expect(typist.said).toEqual([
    'facebook(broadcast): broadcast 1',
    'facebook(private): message 2',
    'facebook(broadcast): broadcast 3',
  ]);
});
