import type { Room } from '../ports.ts';
import type { Objects } from './ports.ts';

/** The room as the function of files has it, with access to the bytes of files. */
export interface FileRoom extends Room {
  readonly objects: Objects;
  /** How long (ms) a file waits for its recipient. */
  readonly fileRetention: number;
}
