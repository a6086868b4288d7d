import { command, type Docs } from '../command.ts';

export const ping = command({
  summary: 'Keep the connection alive',
  who: 'anyone',
  activity: false,
  reply: 'mock',
  repeat: 'as-is',
  request: {},
  result: {},
  refusals: [],
});

export const docs: Docs<typeof ping> = () => ({
  description:
    'API Gateway answers it, before and after login. It looks at nothing besides `action`, and the answer carries no `id`.',
  request: {},
  result: {},
  example: { request: {}, result: {} },
});
