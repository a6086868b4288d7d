import type { FileRoom } from '../chat/files/file-room.ts';
import { day } from '../chat/units.ts';
import { numberFromEnv } from './environment.ts';
import { variables } from './names.ts';
import { objects } from './objects.ts';
import { room } from './room.ts';

/** The room with access to the bytes of files. It loads the S3 client, so only functions that need it import it. */
export const fileRoom: FileRoom = {
  ...room,
  objects,
  fileRetention: numberFromEnv(variables.fileRetentionDays, 14) * day,
};
