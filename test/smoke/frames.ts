import { setTimeout as sleep } from 'node:timers/promises';
import type { RawClient, ReceivedFrame } from '../harness/raw-client.ts';

/** How long (ms) to wait for a frame that should not come. */
const quiet = 500;

/** A count and its unit: `1 frame`, `2 frames`. */
export const counted = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** Waits for this number of frames, at most as long as the client's patience, then for more of them. */
export async function framesUpTo(client: RawClient, count: number): Promise<readonly ReceivedFrame[]> {
  const before = client.received.length;
  await client.next(() => client.received.length >= before + count).catch(() => undefined);
  await sleep(quiet);
  return client.received.slice(before);
}

/** How long (ms) to wait for the end of a connection that should close at once. */
const closing = 5_000;

/** How a connection ended, or that it is still open. */
export async function endingOf(client: RawClient): Promise<string> {
  const ending = await Promise.race([client.closed, sleep(closing, undefined, { ref: false })]);
  return ending === undefined ? 'still open' : `closed with ${ending.code}`;
}

/** Sends a text message in several frames of at most this number of bytes. */
export function sendInParts(client: RawClient, text: string, bytes: number): void {
  for (let from = 0; from < text.length; from += bytes) {
    client.socket.send(text.slice(from, from + bytes), { binary: false, fin: from + bytes >= text.length });
  }
}
