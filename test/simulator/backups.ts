import * as v from 'valibot';
import type { Accounts } from './accounts.ts';
import { Console } from './console.ts';
import type { Item } from './dynamodb/evaluate.ts';
import { fileText, type SentFile, shownTo } from './files.ts';
import type { History } from './history.ts';
import type { World } from './world.ts';

/** A backup, and what must be in it. */
export interface Backup {
  readonly name: string;
  readonly withFiles: boolean;
  /** Everything that was acknowledged before is in it. */
  readonly askedAt: number;
  /** Nothing that was sent after is in it. */
  readonly doneAt: number;
  /** The accounts when it was done. */
  readonly accounts: Accounts;
  /** The users who had an account all the time, and the passwords that each may have had. */
  readonly passwords: ReadonlyMap<string, readonly string[]>;
  /** The files that waited all the time. */
  readonly files: readonly SentFile[];
  readonly settings: Item;
}

const settings = [
  ...['maxCon', 'blockTime', 'lastHour', 'timeOut', 'grace', 'nameReservation'],
  ...['filesWaiting', 'fileBytesWaiting', 'registration'],
];

const result = v.object({ name: v.string() });

/** An administrator takes a backup, while users come and talk. */
export async function backUp(world: World, users: readonly string[]): Promise<void> {
  const { scheduler, history } = world;
  const { accounts } = history;
  const withFiles = scheduler.random.chance(0.5);
  const console = new Console(world);
  const askedAt = scheduler.now;
  const before = accounts.passwordsSince();
  const outcome = await console.run(`backup${withFiles ? ' --with-files' : ''}`);
  const certain = users.filter((user) => accounts.isSameSince(user, askedAt));
  history.backup = {
    ...{
      name: v.parse(result, outcome.value).name,
      withFiles,
      askedAt,
      doneAt: scheduler.now,
      settings: settingsOf(world),
    },
    accounts: accounts.copy(),
    passwords: new Map(certain.map((user) => [user, before(user)])),
    files: history.files.filter((file) => hasWaited(history, file, askedAt)),
  };
}

/** The settings of a room. */
export function settingsOf({ database }: World): Item {
  const item = database.model.table('room').get({ room: 'room' }) ?? {};
  return Object.fromEntries(settings.map((name) => [name, item[name]]));
}

/**
 * Whether a file's recipient knew of it before a time, and since then has had one account, nobody has asked to end it, and nothing has
 * expired.
 */
function hasWaited(history: History, file: SentFile, time: number): boolean {
  const { from, to, name, announcedAt, asked, expiredAt, isForgotten } = file;
  if (!history.accounts.isSameSince(to, announcedAt)) return false;
  const told = shownTo(history, to, fileText('file', from, name), time);
  return told > 0 && asked === 0 && expiredAt === undefined && !isForgotten;
}
