import { commandHandler } from './aws/gateway.ts';
import { room } from './aws/room.ts';
import { answer } from './chat/speak.ts';

export const handler = commandHandler(room, answer);
