import { fstatSync } from 'node:fs';
import { UsageError } from './errors.ts';

/**
 * Node reads a folder on stdin as an empty file.
 * @throws {UsageError} if stdin is a folder.
 */
export function refuseFolder(): void {
  if (fstatSync(0).isDirectory()) throw new UsageError('The input is a folder.');
}
