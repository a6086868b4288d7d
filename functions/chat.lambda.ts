import { commandHandler } from './aws/gateway-events.ts';
import { room } from './aws/room.ts';
import { handlers } from './chat/commands/index.ts';
import { answer } from './chat/dispatch.ts';

export const handler = commandHandler((frame) => answer(room, handlers, frame));
