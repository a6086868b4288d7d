import { commandHandler } from './aws/gateway-events.ts';
import { room } from './aws/room.ts';
import { chatHandlers } from './chat/commands/index.chat.ts';
import { answer } from './chat/dispatch.ts';

export const handler = commandHandler((frame) => answer(room, chatHandlers, frame));
