import { textCells } from './cell-width.ts';

const gap = 2;

/**
 * Arranges names in columns, ordered downwards, in as few rows as the width allows.
 * @returns The rows, each with its names and the number of spaces before each name.
 */
export function inColumns(names: readonly string[], width: number): { name: string; indent: number }[][] {
  const cells = Math.max(0, ...names.map(textCells)) + gap;
  const perRow = Math.max(1, Math.floor((width + gap) / cells));
  const height = Math.ceil(names.length / perRow);
  return Array.from({ length: height }, (_, row) => {
    const inRow = names.filter((_name, index) => index % height === row);
    return inRow.map((name, column) => ({
      name,
      indent: column === 0 ? 0 : cells - textCells(inRow[column - 1] ?? ''),
    }));
  });
}
