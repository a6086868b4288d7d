import { commandHandler } from './aws/gateway.ts';
import { room } from './aws/room.ts';
import { handlers } from './chat/commands/index.ts';
import { answer } from './chat/speak.ts';

export const handler = commandHandler((said) => answer(room, handlers, said));
