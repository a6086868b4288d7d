import { randomBytes } from 'node:crypto';
import { type Check, sources } from '../check.ts';
import { endingOf } from '../frames.ts';

/** Accounts and sessions, in the order in which a user meets them. */
export const accounts: readonly Check[] = [
  {
    name: 'register, log in, log out',
    expected: 'all granted, the reply is the last frame, closed with 1000',
    source: sources.protocol,
    async observe(room) {
      const client = await room.connect();
      const { name: user, password } = await room.register(client);
      await room.get(client, 'login', { user, password });
      await room.get(client, 'logout', {});
      const ending = await endingOf(client);
      const last = client.received.at(-1)?.action === 'logout' ? 'is' : 'is not';
      return `all granted, the reply ${last} the last frame, ${ending}`;
    },
  },
  {
    name: 'a wrong password',
    expected: 'wrong-password',
    source: sources.protocol,
    async observe(room) {
      const [{ name: user }] = await room.pair();
      const client = await room.connect();
      return (await client.refused('login', { user, password: 'not this one' })).code;
    },
  },
  {
    name: 'a login of a user who is online',
    expected: 'already-online',
    source: sources.protocol,
    async observe(room) {
      const [{ name, password }] = await room.pair();
      await room.enter({ name, password });
      const second = await room.connect();
      return (await second.refused('login', { user: name, password })).code;
    },
  },
  {
    name: 'a session is resumed after its connection was lost',
    expected: 'resumed',
    source: sources.protocol,
    async observe(room) {
      const [{ name: user, password }] = await room.pair();
      const newToken = randomBytes(24).toString('base64url');
      const lost = await room.connect();
      const { token = newToken } = await room.get(lost, 'login', { user, password, newToken });
      await lost.kill();
      const client = await room.connect();
      await room.get(client, 'resume', { user, token });
      return 'resumed';
    },
  },
  {
    name: 'change the password, log in with it, deregister',
    expected: 'all granted, then no-such-user',
    source: sources.protocol,
    async observe(room) {
      const client = await room.connect();
      const user = await room.register(client);
      await room.get(client, 'login', { user: user.name, password: user.password });
      const changed = { name: user.name, password: room.newUser().password };
      await room.get(client, 'passwd', { oldPassword: user.password, newPassword: changed.password });
      room.note(user, changed);
      await room.get(client, 'logout', {});
      const again = await room.enter(changed);
      await room.get(again, 'logout', {});
      const guest = await room.connect();
      const credentials = { user: changed.name, password: changed.password };
      await room.get(guest, 'deregister', credentials);
      room.note(user, undefined);
      return `all granted, then ${(await guest.refused('login', credentials)).code}`;
    },
  },
];
