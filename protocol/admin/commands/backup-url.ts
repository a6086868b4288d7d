import * as v from 'valibot';
import { command } from '../command.ts';
import { backupName } from '../shared-fields.ts';

export const backupUrl = command({
  words: 'backup-url',
  summary: 'Get a short-lived URL to download a backup from',
  request: { name: backupName },
  result: { url: v.string() },
  // Logged: the URL gives access to the hashes of all passwords.
  logs: ['name'],
  refusals: [],
});
