import type { RoomConnection } from '../room/common.ts';
import { sleep } from '../room/timers.ts';
import type { NameKind, NamesSeen } from './names-seen.ts';

/** Milliseconds before the room is asked again. In between, its events announce new users and files. */
const holds = 60_000;

/** Milliseconds to wait for the answer; then completion uses the names seen so far. */
const patience = 1000;

/**
 * Asks the room for names, at most once per {@link holds} and kind.
 * @returns A function whose promise resolves with the answer, or after {@link patience}. It never rejects, so that a
 *   failed completion is silent.
 */
export function learnNames(room: RoomConnection, names: NamesSeen): (kind: NameKind) => Promise<void> {
  const asked = new Map<NameKind, { readonly at: number; readonly answered: Promise<void> }>();
  const ask: Record<NameKind, () => Promise<void>> = {
    users: async () => names.add(...(await room.request('whoelse', {})).users),
    offers: async () => names.offered(...((await room.request('fileget', {})).files ?? [])),
  };
  return (kind) => {
    const last = asked.get(kind);
    if (last && Date.now() - last.at < holds) return last.answered;
    const done = new AbortController();
    const enough = sleep(patience, done.signal);
    const answered = Promise.race([ask[kind](), enough])
      .catch(() => {})
      .finally(() => done.abort());
    asked.set(kind, { at: Date.now(), answered });
    return answered;
  };
}
