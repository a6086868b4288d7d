import { describe, expect, test } from 'vitest';
import {
  type Action,
  actions,
  type Command,
  commands,
  type EventName,
  events,
  lastEvents,
  streamEvents,
} from './index.ts';

/** Fields as `a b?`: what may be left out has a question mark. */
const fieldsOf = (entries: Command['request']) =>
  Object.entries(entries).map(([name, { type }]) => (type === 'optional' ? `${name}?` : name));

const words = (line: string) => line.split(' ').filter((word) => word !== '');

/**
 * The published contract, said once more and by hand: changing it breaks other people's clients, so a change has to be
 * made in two places, deliberately.
 */
describe('action', () => {
  const passwords = 'no-such-user wrong-password login-blocked already-online';
  const table: Record<Action, readonly [who: string, request: string, result: string, refusals: string]> = {
    register: ['guest', 'user password', 'user', 'user-exists invalid-user invalid-password room-stopped'],
    login: [
      'guest',
      'user password newPassword? newToken?',
      'user token timeOut unread',
      `${passwords} password-change-required invalid-password room-full room-stopped`,
    ],
    resume: ['guest', 'user token newToken?', 'user token timeOut unread', 'bad-token room-stopped'],
    deregister: ['guest', 'user password', '', `${passwords} password-change-required room-stopped`],
    ping: ['anyone', '', '', ''],
    whoelse: ['member', '', 'users total', ''],
    wholasthr: ['member', '', 'users total?', ''],
    broadcast: ['member', 'text', 'seq sentAt online', 'too-long'],
    message: ['member', 'to text', 'delivery seq sentAt', 'no-such-user to-self blocked too-long'],
    block: ['member', 'user', '', 'no-such-user block-self already-blocked too-many-blocked too-many-blockers'],
    unblock: ['member', 'user', '', 'no-such-user not-blocked block-self'],
    blocklist: ['member', '', 'users', ''],
    file: [
      'member',
      'to name size sha256',
      'url method headers expiresAt',
      'no-such-user to-self blocked file-too-large invalid-file-name file-exists',
    ],
    fileget: ['member', 'from? name?', 'files? more? url? size? sha256? expiresAt?', 'no-such-file'],
    filedone: ['member', 'from name', '', 'no-such-file'],
    filedecline: ['member', 'from name', '', 'no-such-file'],
    sync: ['member', 'inbox? room? limit?', 'messages upTo more', ''],
    ack: ['member', 'inbox? room?', '', ''],
    history: ['member', 'stream before? limit?', 'messages more', ''],
    passwd: ['member', 'oldPassword newPassword newToken?', '', 'wrong-password login-blocked invalid-password'],
    logout: ['member', 'inbox? room?', '', ''],
  };

  test('the table is complete', () => {
    expect(actions.toSorted()).toEqual(Object.keys(table).toSorted());
  });

  test.each(actions)('%s', (action) => {
    const entry: Command = commands[action];
    const [who, request, result, refusals] = table[action];
    expect(entry.who).toBe(who);
    expect(fieldsOf(entry.request)).toEqual(words(request));
    expect(fieldsOf(entry.result)).toEqual(words(result));
    expect(entry.refusals).toEqual(words(refusals));
  });

  test('every action of a member but ack and sync is activity', () => {
    const idle = actions.filter((action) => commands[action].who === 'member' && !commands[action].activity);
    // A logout ends what activity would prolong.
    expect(idle).toEqual(['sync', 'ack', 'logout']);
    expect(commands.ping.activity).toBe(false);
  });

  test('ping runs no Lambda, ack is one-way, logout is answered before the room closes', () => {
    const special = actions.filter((action) => commands[action].reply !== 'response');
    expect(special.map((action) => [action, commands[action].reply])).toEqual([
      ['ping', 'mock'],
      ['ack', 'none'],
      ['logout', 'posted'],
    ]);
  });
});

describe('sent again after a lost connection', () => {
  test.each([
    ['as-is', 'ping whoelse wholasthr blocklist file fileget sync ack history logout'],
    ['marked', 'broadcast message'],
    ['never', 'register login resume deregister passwd'],
  ])('%s: %s', (how, names) => {
    expect(actions.filter((action) => commands[action].repeat === how)).toEqual(words(names));
  });

  test('a refusal that means yes', () => {
    const means = actions.flatMap((action) => {
      const { repeat }: Command = commands[action];
      return typeof repeat === 'object' ? [[action, repeat.doneIf]] : [];
    });
    expect(means).toEqual([
      ['block', 'already-blocked'],
      ['unblock', 'not-blocked'],
      ['filedone', 'no-such-file'],
      ['filedecline', 'no-such-file'],
    ]);
  });
});

describe('event', () => {
  const table: Record<EventName, string> = {
    message: 'stream seq from text sentAt id?',
    broadcast: 'stream seq from text sentAt id?',
    hidden: 'stream seq',
    file: 'stream seq from name size sha256 sentAt',
    'file-received': 'stream seq by name sentAt',
    'file-declined': 'stream seq by name sentAt',
    'file-failed': 'stream seq to name reason sentAt',
    login: 'user',
    logout: 'user reason',
    timeout: 'seconds',
    kicked: 'reason',
    stop: 'message retryAfter?',
    replaced: '',
  };

  test.each(Object.entries(events))('%s', (name, { entries }) => {
    expect(fieldsOf(entries)).toEqual(['type', 'event', ...words(table[name as EventName])]);
  });

  test('what has a number is kept, and nothing else', () => {
    const numbered = Object.entries(events).filter(([, { entries }]) => 'seq' in entries);
    expect(numbered.map(([name]) => name)).toEqual([...streamEvents]);
  });

  test('the room closes after timeout, kicked, stop and replaced', () => {
    expect([...lastEvents]).toEqual(['timeout', 'kicked', 'stop', 'replaced']);
  });
});
