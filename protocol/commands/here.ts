import { command, type Docs } from '../command.ts';

export const here = command({
  summary: 'Answer the question whether you are there',
  who: 'member',
  activity: false,
  reply: 'none',
  group: 'chat',
  repeat: 'never',
  request: {},
  result: {},
  refusals: [],
  audit: { refusalsOnly: true },
});

export const docs: Docs<typeof here> = () => ({
  description:
    'Send it at once, over the same connection, for each event `are-you-there`. Otherwise the room treats the connection ' +
    'as dead. Then send `sync`: some posts may have been lost. One-way: there is no reply, only a refusal if something is ' +
    'wrong.',
  request: {},
  result: {},
  example: { request: {}, result: {} },
});
