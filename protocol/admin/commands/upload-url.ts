import * as v from 'valibot';
import { field } from '../../fields.ts';
import { command } from '../command.ts';
import { backupName } from '../shared-fields.ts';

export const uploadUrl = command({
  words: 'upload-url',
  summary: 'Get a short-lived URL to upload a backup of a given size to',
  request: { name: backupName, bytes: field.count },
  result: { url: v.string(), headers: v.record(v.string(), v.string()) },
  logs: ['name', 'bytes'],
  refusals: [],
});
