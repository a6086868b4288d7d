import { expect, test } from 'vitest';
import { shellWords } from './shell-words.ts';

test.each<[string, string[] | undefined]>([
  ['', []],
  ['  a  b ', ['a', 'b']],
  ['my\\ notes.txt', ['my notes.txt']],
  ["'my notes.txt'", ['my notes.txt']],
  ['"my notes.txt"', ['my notes.txt']],
  ["'it'\\''s.txt'", ["it's.txt"]],
  ['"a\\"b\\c"', ['a"b\\c']],
  ["/tmp/'a b'/c\\(1\\).txt /tmp/d", ['/tmp/a b/c(1).txt', '/tmp/d']],
  ["''", ['']],
  ["it's", undefined],
  ['end\\', ['end\\']],
])('%j is %j', (text, words) => {
  expect(shellWords(text)).toEqual(words);
});

test('on Windows a backslash and a single quote are parts of a name', () => {
  expect(shellWords('"C:\\my files\\a.txt" C:\\it\'s.txt', false)).toEqual(['C:\\my files\\a.txt', "C:\\it's.txt"]);
});
