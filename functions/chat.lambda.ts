import { commandHandler } from './aws/gateway-events.ts';
import { room } from './aws/room.ts';
import { counted } from './aws/spent.ts';
import { chatHandlers } from './chat/commands/index.chat.ts';
import { answer } from './chat/dispatch.ts';

export const handler = counted(
  'chat',
  commandHandler((frame) => answer(room, chatHandlers, frame)),
);
