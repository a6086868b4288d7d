import type { SeededRandom } from '../../local/random.ts';
import type { Item } from './dynamodb/evaluate.ts';
import type { World } from './world.ts';

/** How far the clock of a function may be off (ms). */
const skew = 200;

/** How many files, and how many of their bytes, may wait for a user. Half of both from one sender. */
export interface FileQuotas {
  readonly filesWaiting: number;
  readonly fileBytesWaiting: number;
}

/** Often so little that two senders, or two programs of one, meet at the limit. */
export const fileQuotasOf = (random: SeededRandom): FileQuotas => ({
  filesWaiting: random.pick([100, 2, 4]),
  fileBytesWaiting: random.pick([1_000_000, 1_000_000, 90]),
});

/** A file begins to wait for its recipient: no more wait than the quotas allow. One file alone may be larger. */
export function checkQuotas(world: World, quotas: FileQuotas, stored: Item): void {
  const waiting = world.database.model
    .table('fileRecords')
    .all()
    .filter(({ recipient, state }) => recipient === stored['recipient'] && state === 'stored')
    // The room is about to end an expired one.
    .filter(({ dueAt }) => Number(dueAt) > world.scheduler.now + skew);
  const own = waiting.filter(({ from }) => idOf(from) === idOf(stored['from']));
  const check = (files: readonly Item[], share: number, whose: string) => {
    const count = Math.ceil(quotas.filesWaiting * share);
    const bytes = files.reduce((sum, { size }) => sum + Number(size), 0);
    if (files.length > count) world.violated(`${files.length} files${whose} wait for a user, and ${count} may`);
    if (files.length > 1 && bytes > Math.ceil(quotas.fileBytesWaiting * share))
      world.violated(`${bytes} bytes of files${whose} wait for a user`);
  };
  check(waiting, 1, '');
  check(own, 0.5, ' of one sender');
}

const idOf = (user: unknown) => (user as { accountId?: string }).accountId;
