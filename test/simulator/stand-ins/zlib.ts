import { gunzipSync, gzipSync } from 'node:zlib';
import { here } from './machine.ts';

type Done = (error: Error | null, bytes?: Buffer) => void;

/** Does it at once, and returns the result later: a thread of Node.js would take any time. */
function later(work: () => Buffer, done: Done): void {
  let outcome: () => void;
  try {
    const bytes = work();
    outcome = () => done(null, bytes);
  } catch (error) {
    outcome = () => done(error instanceof Error ? error : new Error(String(error)));
  }
  void here.sleep(1 + here.random()).then(outcome);
}

/** Does not compress: each version of Node.js would return other bytes. */
export const gzip = (text: string, done: Done): void => later(() => gzipSync(text, { level: 0 }), done);

export const gunzip = (bytes: Uint8Array, options: { maxOutputLength: number }, done: Done): void =>
  later(() => gunzipSync(bytes, options), done);
