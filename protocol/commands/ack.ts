import { command, type Docs } from '../command.ts';
import { shownUpTo } from '../shared-fields.ts';

export const ack = command({
  summary: 'Acknowledge the messages that have been shown',
  who: 'member',
  activity: false,
  reply: 'none',
  group: 'chat',
  repeat: 'as-is',
  request: shownUpTo,
  result: {},
  refusals: [],
  audit: { refusalsOnly: true },
});

export const docs: Docs<typeof ack> = () => ({
  description: 'One-way: there is no reply, only a refusal if something is wrong. Positions never go back.',
  request: {
    inbox: 'The highest sequence number of the inbox up to which everything has been shown.',
    room: 'The highest sequence number of the room up to which everything has been shown.',
  },
  result: {},
  example: { request: { inbox: 12, room: 481 }, result: {} },
});
