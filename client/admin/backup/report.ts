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
  { before: 'end', line: ({ files }) => `[backup] The file records have been stored: ${files}.` },
  { before: 'end', line: () => '[backup] The lists of blocked users have been stored.' },
  { before: 'end', line: ({ loginBlocks }) => `[backup] The login blocks have been stored: ${loginBlocks}.` },
];

const stages = ['header', 'users', 'room', 'loginBlocks', 'files', 'end'];

/** Tells of a backup as it goes on: each thing once, when it is stored. */
export class BackupReport {
  #told = 0;

  /** The lines of one more slice. */
  lines({ stage, counts, next }: Slice): string[] {
    const reached = stages.indexOf(stage);
    const lines: string[] = [];
    for (const { before, line } of stored.slice(this.#told)) {
      if (reached < stages.indexOf(before)) break;
      lines.push(line(counts));
    }
    this.#told += lines.length;
    // All has been read; what remains are files' bytes, if they go along, and the end of it.
    const isRead = stage === 'end' && lines.length > 0;
    if (next === undefined || isRead) return lines;
    return [...lines, `[backup] ${count(counts.users, 'user')} and ${count(counts.messages, 'message')} so far ...`];
  }
}
