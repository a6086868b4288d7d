import type { AdminResult } from '../../../protocol/admin/index.ts';
import { count } from '../texts.ts';

type Slice = AdminResult<'backup'>;

/** The line to print when a backup reaches a stage. The wording is that of the original program. */
const stored: readonly { readonly before: string; line(counts: Slice['counts']): string }[] = [
  {
    before: 'users',
    line: () => '[backup] The settings have been stored.',
  },
  {
    before: 'room',
    line: ({ users }) => `[backup] The accounts have been stored: ${count(users, 'user')}, passwords as hashes.`,
  },
  {
    before: 'end',
    line: ({ messages }) => `[backup] The messages have been stored: ${messages}.`,
  },
  // The room counts each file when it writes it, after it has read all records.
  { before: 'done', line: ({ files }) => `[backup] The file records have been stored: ${files}.` },
  { before: 'done', line: () => '[backup] The lists of blocked users have been stored.' },
  { before: 'done', line: ({ loginBlocks }) => `[backup] The login records have been stored: ${loginBlocks}.` },
];

const stages = ['header', 'users', 'room', 'loginBlocks', 'files', 'end', 'done'];

/** Reports the progress of a backup: one line for each part when it is stored. */
export class BackupReport {
  #told = 0;

  /** The lines to print after another invocation. */
  lines({ stage, counts, next }: Slice): string[] {
    const reached = stages.indexOf(next === undefined ? 'done' : stage);
    const lines: string[] = [];
    for (const { before, line } of stored.slice(this.#told)) {
      if (reached < stages.indexOf(before)) break;
      lines.push(line(counts));
    }
    this.#told += lines.length;
    // All records have been read. Only the bytes of files and the trailer are left.
    const isRead = stage === 'end' && lines.length > 0;
    if (next === undefined || isRead) return lines;
    return [...lines, `[backup] ${count(counts.users, 'user')} and ${count(counts.messages, 'message')} so far ...`];
  }
}
