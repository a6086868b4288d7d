import { beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../protocol/index.ts';
import { Painter } from '../terminal/painter.ts';
import { chatCommand, clientCommand } from './chat-command.ts';
import { ChatCommands } from './command-set.ts';
import { chatCommands } from './commands/index.ts';
import { NamesSeen } from './names-seen.ts';

const { block, blocklist, broadcast, file, filedecline, fileget, help, history } = chatCommands;
const { logout, message, passwd, quit, unblock, whoelse, wholasthr } = chatCommands;
/** The commands under test, named one by one, so that a new command changes no expectation. */
const named = [
  ...[block, blocklist, broadcast, file, filedecline, fileget, help, history],
  ...[logout, message, passwd, quit, unblock, whoelse, wholasthr],
];
const set = new ChatCommands(named);
const unknown = (word: string, meant?: string) =>
  `There is no command "${word}".${meant === undefined ? '' : ` Did you mean "${meant}"?`} ` +
  `Enter "${word.startsWith('/') ? '/' : ''}help" to see the commands.`;

describe('parsing', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['whoelse', 'whoelse', {}],
    ['  WhoElse  ', 'whoelse', {}],
    ['wholasthr', 'wholasthr', {}],
    ["broadcast It's me facebook ~", 'broadcast', { text: "It's me facebook ~" }],
    ['broadcast   indented  ', 'broadcast', { text: '  indented  ' }],
    ['broadcast\tafter a tab', 'broadcast', { text: 'after a tab' }],
    ['message Columbia I want  to try~ ', 'message', { user: 'Columbia', text: 'I want  to try~ ' }],
    ['message   Columbia  two', 'message', { user: 'Columbia', text: ' two' }],
    ['file Columbia test_file.txt', 'file', { user: 'Columbia', path: 'test_file.txt' }],
    ['file  Columbia  my own file.txt ', 'file', { user: 'Columbia', path: 'my own file.txt' }],
    ['fileget', 'fileget', {}],
    ['fileget facebook test_file.txt', 'fileget', { user: 'facebook', name: 'test_file.txt' }],
    ['filedecline facebook a b', 'filedecline', { user: 'facebook', name: 'a b' }],
    ['/send Columbia a', 'file', { user: 'Columbia', path: 'a' }],
    ['block Columbia ', 'block', { user: 'Columbia' }],
    ['unblock Columbia', 'unblock', { user: 'Columbia' }],
    ['blocklist', 'blocklist', {}],
    ['history', 'history', {}],
    ['history 5', 'history', { count: 5 }],
    ['history inbox', 'history', { source: 'inbox' }],
    ['history room 200', 'history', { source: 'room', count: 200 }],
    ['history @Columbia 5', 'history', { source: 'Columbia', count: 5 }],
    ['passwd', 'passwd', {}],
    ['logout ', 'logout', {}],
    ['quit', 'quit', {}],
    ['help', 'help', {}],
    ['help message', 'help', { about: 'message' }],
    ['/whoelse', 'whoelse', {}],
    ['/who', 'whoelse', {}],
    ['/msg Columbia hi', 'message', { user: 'Columbia', text: 'hi' }],
    ['msg Columbia hi', 'message', { user: 'Columbia', text: 'hi' }],
    ['get', 'fileget', {}],
    ['Get facebook a', 'fileget', { user: 'facebook', name: 'a' }],
    ['who', 'whoelse', {}],
    ['?', 'help', {}],
    ['message Columbia: hi', 'message', { user: 'Columbia', text: 'hi' }],
    ['message @Columbia, hi', 'message', { user: 'Columbia', text: 'hi' }],
    ['block "Columbia"', 'block', { user: 'Columbia' }],
    ['/M Columbia hi', 'message', { user: 'Columbia', text: 'hi' }],
    ['/all hi', 'broadcast', { text: 'hi' }],
    ['/quit', 'quit', {}],
    ['/?', 'help', {}],
  ])('%j is the command %j with %j', (line, name, args) => {
    expect(set.parse(line)).toMatchObject({ name });
    expect(set.parse(line).args).toEqual(args);
  });

  test.each([
    ['broadcast', 'broadcast <text>'],
    ['broadcast   ', 'broadcast <text>'],
    ['message', 'message <user> <text>'],
    ['message Columbia', 'message <user> <text>'],
    ['message Columbia  ', 'message <user> <text>'],
    ['file', 'file <receiver> <filename>'],
    ['file Columbia ', 'file <receiver> <filename>'],
    ['fileget facebook', 'fileget [<source> <filename>]'],
    ['filedecline', 'filedecline <source> <filename>'],
    ['block', 'block <user>'],
    ['unblock two users', 'unblock <user>'],
    ['history 0', 'history [inbox|room|user] [1-200]'],
    ['history 201', 'history [inbox|room|user] [1-200]'],
    ['history Columbia 0', 'history [inbox|room|user] [1-200]'],
    ['history two users', 'history [inbox|room|user] [1-200]'],
    ['whoelse now', 'whoelse'],
  ])('%j is answered with the usage %j', (line, usage) => {
    expect(() => set.parse(line)).toThrow(`Usage: ${usage}`);
  });

  test.each(['whoeles', 'constructor', 'hello everybody', '/constructor', '//who', '/', 'say hi', 'all right'])(
    '%j is answered with: there is no such command',
    (line) => {
      expect(() => set.parse(line)).toThrow(`There is no command "${line.split(' ')[0]}".`);
    },
  );

  test.each([
    ['wholes', 'whoelse'],
    ['mesage', 'message'],
    ['BRODCAST', 'broadcast'],
    ['/mgs', '/msg'],
    ['/whoels', '/whoelse'],
    ['helo', 'help'],
    ['xyz', undefined],
    ['/foo', undefined],
    ['hi', undefined],
  ])('%j is answered with the suggestion %j', (word, meant) => {
    expect(() => set.parse(word)).toThrow(unknown(word, meant));
  });
});

describe('completion', () => {
  let names: NamesSeen;

  beforeEach(() => {
    names = new NamesSeen();
    names.me = 'facebook';
    names.add('facebook', 'Columbia', 'colin', 'Google', 'System');
  });

  test.each([
    ['who', ['whoelse ', 'wholasthr '], 'who'],
    ['WHOE', ['whoelse '], 'WHOE'],
    ['blo', ['block ', 'blocklist '], 'blo'],
    ['/m', ['/message ', '/msg ', '/m '], '/m'],
    ['say', [], 'say'],
    ['message ', ['colin ', 'Columbia ', 'Google '], ''],
    ['message co', ['colin ', 'Columbia '], 'co'],
    ['/msg GOO', ['Google '], 'GOO'],
    ['message Google Col', [], ''],
    ['block g', ['Google '], 'g'],
    ['broadcast g', [], ''],
    ['help whol', ['wholasthr '], 'whol'],
    ['history i', ['inbox '], 'i'],
    ['history g', ['Google '], 'g'],
    ['history inbox 1', [], ''],
    ['nonsense g', [], 'nonsense g'],
    ['', expect.arrayContaining(['whoelse ', 'quit ']), ''],
  ])('%j is completed to %j', async (line, candidates, of) => {
    expect(await set.complete(line, names)).toEqual({ candidates, of });
  });

  test('a name is completed after it appeared in a notice, a message or a list', () => {
    const seen = new NamesSeen();
    seen.notice({ type: 'event', event: 'login', user: 'Columbia' });
    const sentAt = '2026-11-23T09:00:00.000Z';
    seen.message({ type: 'event', event: 'message', stream: 'inbox', seq: 1, from: 'Google', text: 'hi', sentAt });
    seen.message({ type: 'event', event: 'file-received', stream: 'inbox', seq: 2, by: 'SEAS', name: 'a', sentAt });
    seen.add('columbia');
    expect(seen.users).toEqual(['columbia', 'Google', 'SEAS']);
  });
});

describe('help', () => {
  const plain = new Painter(1);
  const lines = (about?: string, of = set) => of.help(about).map((line) => plain.line(line));

  test('help lists every command once', () => {
    const listed = lines(undefined, new ChatCommands());
    for (const { name } of Object.values(chatCommands)) {
      expect(listed.filter((line) => line.trim().startsWith(`${name} `))).toHaveLength(1);
    }
  });

  test.each(['message', '/msg', 'MESSAGE', '/m'])(
    'help %s explains one command, with the summary of the protocol',
    (about) => {
      expect(lines(about)).toEqual([
        '  message <user> <text>',
        `  ${commands.message.summary}`,
        '  Also: /message, /msg, /m',
      ]);
    },
  );

  test('help on an unknown command suggests another', () => {
    expect(() => lines('massage')).toThrow(unknown('massage', 'message'));
  });
});

test('a command that is added is parsed, completed, explained and run after the login', async () => {
  const example = clientCommand({
    name: 'example-command',
    summary: 'Show an example',
    run: async () => [],
    afterLogin: async () => ['This is an example.'],
  });
  const added = new ChatCommands([...named, example, chatCommand('sync', { run: async () => [] })]);
  expect(added.parse('/example-command')).toMatchObject({ name: 'example-command', args: {} });
  expect(await added.complete('exam', new NamesSeen())).toEqual({ candidates: ['example-command '], of: 'exam' });
  expect(added.help('example-command')).toContain('  Show an example');
  expect(added.afterLogin).toHaveLength(set.afterLogin.length + 1);
});
