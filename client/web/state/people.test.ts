import { expect, test, vi } from 'vitest';
import { People } from './people.ts';

test('a user comes with each login, and when the room first names them online', async () => {
  const request = vi.fn();
  const came: string[] = [];
  const people = new People({ request }, (user) => came.push(user));
  const comes = async (does: () => unknown) => {
    came.length = 0;
    await does();
    return [...came];
  };
  const learn = (...users: string[]) => {
    request.mockResolvedValueOnce({ users });
    return () => people.learnOnline();
  };
  expect(await comes(learn('Bob'))).toEqual(['Bob']);
  // Bob's network may be dead since. The room has not said that he has logged in.
  expect(await comes(() => people.notice({ type: 'event', event: 'login', user: 'Carl' }))).toEqual(['Carl']);
  expect(await comes(learn('bob', 'Carl', 'Dora'))).toEqual(['Dora']);
  expect(await comes(() => people.notice({ type: 'event', event: 'login', user: 'Bob' }))).toEqual(['Bob']);
});
