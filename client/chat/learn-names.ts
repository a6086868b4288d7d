import { setTimeout as sleep } from 'node:timers/promises';
import type { RoomConnection } from '../room/index.ts';
import type { NameKind, NamesSeen } from './names-seen.ts';

/** Milliseconds before the room is asked anew: meanwhile it tells by itself who comes, and what is offered. */
const holds = 60_000;

/** Milliseconds that the answer is waited for, before the names seen so far must do. */
const patience = 1000;

/**
 * Asks the room for names, at most once in a while, however often they are wanted.
 * @returns What resolves when they are there, or will not come soon; it never fails, for whoever presses Tab has asked for nothing.
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
    const enough = sleep(patience, undefined, { ref: false });
    const answered = Promise.race([ask[kind](), enough]).catch(() => {});
    asked.set(kind, { at: Date.now(), answered });
    return answered;
  };
}
