import type { FileRoom } from '../chat/files/file-room.ts';
import { numberFromEnv } from './environment.ts';
import { variables } from './names.ts';
import { objects } from './objects.ts';
import { room } from './room.ts';

const day = 86_400_000;

/** The room with a way to the bytes of files: S3's client comes with it, so only what needs it loads it. */
export const fileRoom: FileRoom = {
  ...room,
  objects,
  fileRetention: numberFromEnv(variables.fileRetentionDays, 14) * day,
};
