import { expect, test } from 'vitest';
import { inColumns } from './columns.ts';

const rows = (names: string[], width: number) =>
  inColumns(names, width).map((row) => row.map(({ name, indent }) => ' '.repeat(indent) + name).join(''));

test.each([
  [['a', 'b', 'c', 'd', 'e'], 7, ['a  c  e', 'b  d']],
  [['a', 'b', 'c', 'd', 'e'], 6, ['a  d', 'b  e', 'c']],
  [['longer', 'b'], 3, ['longer', 'b']],
  [['你好', 'ab', 'c'], 10, ['你好  c', 'ab']],
  [[], 80, []],
])('%j in %i cells', (names, width, expected) => {
  expect(rows(names, width)).toEqual(expected);
});
