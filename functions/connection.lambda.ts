import { connectionHandler } from './aws/gateway.ts';
import { room } from './aws/room.ts';

export const handler = connectionHandler(room);
