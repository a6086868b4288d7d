import { texts } from '../texts.ts';

/** Milliseconds. The service worker answers with the address it has kept after less. */
const patience = 15_000;

let loaded: Promise<string> | undefined;

/**
 * The address of the room's WebSocket: a file beside the page names it, so that the same page serves every room.
 * @throws if the file cannot be read.
 */
export function loadAddress(): Promise<string> {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<string> {
  const signal = AbortSignal.timeout(patience);
  const response = await fetch('room.json', { cache: 'no-store', signal }).catch(() => undefined);
  if (!response?.ok) throw new Error(texts.unreachable);
  const { address }: { address?: unknown } = await response.json();
  if (typeof address !== 'string') throw new Error('The page does not know the address of its room.');
  return address;
}
