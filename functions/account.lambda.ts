import { commandHandler } from './aws/gateway-events.ts';
import { room } from './aws/room.ts';
import { accountHandlers } from './chat/commands/index.account.ts';
import { answer } from './chat/dispatch.ts';

export const handler = commandHandler((frame) => answer(room, accountHandlers, frame));
