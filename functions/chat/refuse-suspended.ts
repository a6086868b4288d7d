import type { Account } from './model.ts';
import { Refusal } from './refusal.ts';

/**
 * For callers who have given the right password: others are not told.
 * @throws `suspended`
 */
export function refuseSuspended({ suspended }: Account): void {
  if (suspended) throw new Refusal('suspended');
}
