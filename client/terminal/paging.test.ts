import { expect, test } from 'vitest';
import { logIn, prompt } from '../testing/open-terminal.ts';
import { broadcast } from '../testing/scripted-room.ts';
import { withoutTime } from '../testing/terminal-driver.ts';

test('a long list is printed a screenful at a time, and no incoming line is lost meanwhile', async () => {
  const { typist, peer } = await logIn({ columns: 100, rows: 12 });
  typist.enter('history 60');
  const messages = Array.from({ length: 60 }, (_, index) => broadcast(index + 1));
  (await peer.next('history')).reply({ messages, more: true });
  const isAsked = (more: number) => (rows: string[]) => rows.at(-1) === `-- ${more} more: Enter goes on, q ends --`;
  await typist.see(isAsked(50));
  peer.event(broadcast(1, 'meanwhile'));
  await typist.see((rows) => withoutTime(rows.at(-2)) === 'facebook(broadcast): meanwhile');
  typist.enter('');
  await typist.see(isAsked(39));
  // Quit the list.
  typist.enter('whoelse');
  const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
  (await peer.next('whoelse')).reply({ users, total: 40 });
  await typist.seeLast(prompt.trimEnd());
  const { rows } = typist;
  expect(rows.filter((row) => /: broadcast \d+$/.test(row)).map((row) => Number(row.split(' ').at(-1)))).toEqual(
    Array.from({ length: 21 }, (_, index) => index + 1),
  );
  expect(typist.said.filter((line) => !/: broadcast \d+$/.test(line))).toEqual(['facebook(broadcast): meanwhile']);
  expect(rows.slice(-7)).toEqual([
    `${prompt}whoelse`,
    'The other users online are:',
    ...Array.from({ length: 4 }, (_, row) => {
      const inRow = users.filter((_user, index) => index % 4 === row);
      return inRow
        .map((user) => user.padEnd(9))
        .join('')
        .trimEnd();
    }),
    prompt.trimEnd(),
  ]);
  typist.enter('history 60');
  (await peer.next('history')).reply({ messages, more: true });
  await typist.see(isAsked(50));
  typist.enter('q');
  await typist.seeLast(prompt.trimEnd());
});
