import { byteLength, limits } from '../../protocol/index.ts';
import { Refusal } from './refusal.ts';

/** @throws a refusal if a message's text is longer than the room allows. */
export function refuseTooLong(text: string): void {
  if (byteLength(text) > limits.textBytes) throw new Refusal('too-long', { limit: limits.textBytes });
}
