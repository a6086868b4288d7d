import type { Bug } from './message-mutants.ts';

/** Bugs to plant in backups, restores and expiry, by file. */
export const backupBugs: Readonly<Record<string, readonly Bug[]>> = {
  'functions/chat/backup/restore.ts': [
    [
      'a restore forgets by whom users are blocked',
      "await tableDump.putBlockedBy(records.flatMap((record) => (record.kind === 'user' ? [record.user] : [])));",
      '',
      'test/scenes/restore.test.ts',
    ],
    [
      'a restore forgets the settings',
      'unlock(lock, { ...header.settings, lastBroadcast })',
      'unlock(lock, await ports.tableDump.room())',
      'test/scenes/restore.test.ts',
    ],
    [
      'a restore keeps the bytes of replaced files',
      'if (file?.objectKey !== objectKey) await objects.remove(objectKey);',
      '',
      'test/scenes/backup-steps.test.ts',
    ],
    [
      'a restore keeps the records of files without bytes',
      'await tableDump.dropFile(file);',
      '',
      'test/scenes/backup-steps.test.ts',
    ],
  ],
  'functions/chat/backup/multipart-upload.ts': [
    ['a repeated step of a backup begins with its own bytes', 'number % 2', '0', 'test/scenes/backup-steps.test.ts'],
  ],
  'functions/aws/admin/table-dump.ts': [
    [
      'a restore keeps what was in the room',
      'if (items.length === 0) continue;',
      'continue;',
      'test/scenes/restore.test.ts',
    ],
    ['a restore loses what a batch leaves', 'left = (UnprocessedItems?.[name] ?? []) as Write[];', 'left = [];'],
    [
      'a restore forgets from whom messages are hidden',
      'owner: _owner, ...item } = record.message',
      'owner: _owner, hiddenFrom: _hidden, ...item } = record.message',
      'test/scenes/restore.test.ts',
    ],
    [
      'a backup leaves out the first account of a page',
      'items: items.map((item) => parseRecord(',
      'items: items.slice(1).map((item) => parseRecord(',
      'test/scenes/restore.test.ts',
    ],
  ],
  'functions/aws/streams/items.ts': [
    ['an expired message is shown', ' || expiresAt * 1000 <= now', '', 'test/scenes/streams.test.ts'],
  ],
  'functions/chat/files/tidy.ts': [
    [
      'the sender is not told of a file that has expired',
      "await failFile(room, file, gone ? 'no-such-user' : 'expired');",
      'await eraseFile(room, file);',
      'test/scenes/files-edges.test.ts',
    ],
  ],
};
