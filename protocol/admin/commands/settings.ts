import * as v from 'valibot';
import { field } from '../../fields.ts';
import { command } from '../command.ts';
import { settingSchemas } from '../settings.ts';

export const settings = command({
  words: 'settings',
  summary: 'Show all settings and their values',
  request: {},
  result: {
    settings: v.object({ ...settingSchemas, online: field.count }),
  },
  refusals: [],
});
