import { expect, test } from 'vitest';
import { parseLine, suggest } from './parse-line.ts';

test.each([
  ['whoelse', { name: 'whoelse' }],
  ['  WhoElse  ', { name: 'whoelse' }],
  ['wholasthr', { name: 'wholasthr' }],
  ["broadcast It's me facebook ~", { name: 'broadcast', text: "It's me facebook ~" }],
  ['broadcast   indented  ', { name: 'broadcast', text: '  indented  ' }],
  ['broadcast\tafter a tab', { name: 'broadcast', text: 'after a tab' }],
  ['message Columbia I want  to try~ ', { name: 'message', to: 'Columbia', text: 'I want  to try~ ' }],
  ['message   Columbia  two', { name: 'message', to: 'Columbia', text: ' two' }],
  ['file Columbia test_file.txt', { name: 'file', to: 'Columbia', path: 'test_file.txt' }],
  ['file  Columbia  my own file.txt ', { name: 'file', to: 'Columbia', path: 'my own file.txt' }],
  ['fileget', { name: 'fileget' }],
  ['fileget facebook test_file.txt', { name: 'fileget', offer: { from: 'facebook', name: 'test_file.txt' } }],
  ['filedecline facebook a b', { name: 'filedecline', offer: { from: 'facebook', name: 'a b' } }],
  ['/send Columbia a', { name: 'file', to: 'Columbia', path: 'a' }],
  ['block Columbia ', { name: 'block', user: 'Columbia' }],
  ['unblock Columbia', { name: 'unblock', user: 'Columbia' }],
  ['blocklist', { name: 'blocklist' }],
  ['history', { name: 'history', stream: 'room', count: 20 }],
  ['history 5', { name: 'history', stream: 'room', count: 5 }],
  ['history inbox', { name: 'history', stream: 'inbox', count: 20 }],
  ['history room 200', { name: 'history', stream: 'room', count: 200 }],
  ['passwd', { name: 'passwd' }],
  ['logout ', { name: 'logout' }],
  ['quit', { name: 'quit' }],
  ['help', { name: 'help' }],
  ['help message', { name: 'help', about: 'message' }],
  ['/whoelse', { name: 'whoelse' }],
  ['/who', { name: 'whoelse' }],
  ['/msg Columbia hi', { name: 'message', to: 'Columbia', text: 'hi' }],
  ['/M Columbia hi', { name: 'message', to: 'Columbia', text: 'hi' }],
  ['/all hi', { name: 'broadcast', text: 'hi' }],
  ['/quit', { name: 'quit' }],
  ['/?', { name: 'help' }],
])('%j is understood', (line, command) => {
  expect(parseLine(line)).toEqual({ kind: 'command', command });
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
  ['history 0', 'history [inbox|room] [1-200]'],
  ['history 201', 'history [inbox|room] [1-200]'],
  ['history outbox', 'history [inbox|room] [1-200]'],
  ['history inbox5', 'history [inbox|room] [1-200]'],
  ['whoelse now', 'whoelse'],
])('%j is misused', (line, usage) => {
  expect(parseLine(line)).toEqual({ kind: 'misused', usage });
});

test.each(['', '   ', '\t'])('%j is nothing', (line) => {
  expect(parseLine(line)).toEqual({ kind: 'nothing' });
});

test.each(['whoeles', 'constructor', 'hello everybody', '/constructor', '//who', '/', 'msg Columbia hi', 'say hi'])(
  '%j is no command',
  (line) => {
    expect(parseLine(line)).toEqual({ kind: 'unknown', word: line.split(' ')[0] });
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
  ['hi', undefined],
])('%j may be a slip for %j', (word, meant) => {
  expect(suggest(word)).toBe(meant);
});
