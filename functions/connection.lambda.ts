import { connectionHandler } from './aws/gateway-events.ts';
import { room } from './aws/room.ts';

export const handler = connectionHandler(room);
