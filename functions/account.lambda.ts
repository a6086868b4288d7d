import { commandHandler } from './aws/gateway-events.ts';
import { room } from './aws/room.ts';
import { counted } from './aws/spent.ts';
import { accountHandlers } from './chat/commands/index.account.ts';
import { answer } from './chat/dispatch.ts';

export const handler = counted(
  'account',
  commandHandler((frame) => answer(room, accountHandlers, frame)),
);
