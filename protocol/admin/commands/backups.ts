import * as v from 'valibot';
import { field } from '../../fields.ts';
import { command } from '../command.ts';

export const backups = command({
  words: 'backups',
  summary: 'List the backups in the bucket',
  request: {},
  result: { backups: v.array(v.object({ name: v.string(), bytes: field.count, storedAt: field.time })) },
  refusals: [],
});
