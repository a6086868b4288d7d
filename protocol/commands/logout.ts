import { command, type Docs } from '../command.ts';
import { shownUpTo } from '../shared-fields.ts';

export const logout = command({
  summary: 'Leave the room',
  who: 'member',
  activity: false,
  reply: 'posted',
  group: 'chat',
  repeat: 'as-is',
  request: shownUpTo,
  result: {},
  refusals: [],
});

export const docs: Docs<typeof logout> = () => ({
  description: 'After the reply the room closes the connection.',
  request: { inbox: 'As for `ack`.', room: 'As for `ack`.' },
  result: {},
  example: { request: { inbox: 12, room: 483 }, result: {} },
});
