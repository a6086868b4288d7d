import { connectionHandler } from './aws/gateway-events.ts';
import { room } from './aws/room.ts';
import { counted } from './aws/spent.ts';

export const handler = counted('connection', connectionHandler(room));
