import { getItem, type Item } from './dynamodb.ts';
import { tableName } from './environment.ts';
import { roomKey } from './keys.ts';

/** The Room item, as the target of a request. */
export const roomItem = () => ({ TableName: tableName('room'), Key: roomKey });

/** The Room item as it is stored; empty before the first connection. */
export const readRoomItem = async (): Promise<Item> => (await getItem(roomItem())) ?? {};
