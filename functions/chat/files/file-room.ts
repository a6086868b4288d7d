import type { Room } from '../ports.ts';
import type { Objects } from './ports.ts';

/** The room of the files function, with access to the bytes of files. */
export interface FileRoom extends Room {
  readonly objects: Objects;
  /** How long (ms) a file waits for its recipient. */
  readonly fileRetention: number;
}
