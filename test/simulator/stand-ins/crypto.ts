import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { here } from './machine.ts';

export { createHash, createHmac, timingSafeEqual };

export const randomBytes = (count: number): Buffer => here.bytes(count);
export const randomUUID = (): string => here.bytes(16).toString('hex');
export const randomInt = (most: number): number => Math.floor(here.random() * most);

/** A cheap hash that takes as long as scrypt does. */
export function scrypt(
  password: string,
  salt: Buffer,
  length: number,
  _options: unknown,
  done: (error: Error | null, key: Buffer) => void,
): void {
  const key = createHash('sha512').update(password).update(salt).digest();
  const long = Buffer.concat([key, key]).subarray(0, length);
  void here.sleep(100 + 150 * here.random()).then(() => done(null, long));
}
