import { command, type Docs } from '../command.ts';
import { fieldDocs } from '../shared-docs.ts';
import { waitingFile } from '../shared-fields.ts';

export const filedecline = command({
  summary: 'Decline a file; deletes the stored copy',
  who: 'member',
  activity: true,
  reply: 'response',
  group: 'files',
  repeat: { doneIf: 'no-such-file' },
  request: waitingFile,
  result: {},
  refusals: ['no-such-file'],
});

export const docs: Docs<typeof filedecline> = () => ({
  description: 'The sender gets the event `file-declined`.',
  request: { from: fieldDocs.from, name: fieldDocs.fileName },
  result: {},
  example: { request: { from: 'Hudson', name: 'menu.pdf' }, result: {} },
});
