import { foldName } from '../../protocol/index.ts';
import {
  type Attempt,
  blockedFor,
  failTry,
  isKnownAddress,
  shortenBlock,
  startTry,
  type TryRecord,
  triesLeft,
  withdrawTry,
} from './login-tries.ts';
import type { Account, Connection } from './model.ts';
import { orLog } from './or-log.ts';
import { verifyPassword } from './password.ts';
import type { Room } from './ports.ts';
import { Refusal } from './refusal.ts';
import { strangerCounters, strangerWindow } from './stranger-tries.ts';
import { newVersionTag } from './token.ts';

const loginBlocked = (ms: number) => new Refusal('login-blocked', { secondsLeft: Math.ceil(ms / 1000) });

export interface PasswordCheck {
  readonly account: Account;
  readonly password: string;
  readonly connection: Connection;
  /** The record of tries, as read before the call. */
  readonly tries: TryRecord | undefined;
  /** Seconds. */
  readonly blockTime: number;
}

/** Reads what a guest's command with a password needs, in one round trip. */
export async function readForPassword(room: Room, { user }: { readonly user: string }, address: string) {
  const name = foldName(user);
  const [state, account, tries] = await Promise.all([
    room.state.read(),
    room.accounts.find(name),
    room.loginTries.find(name, address),
  ]);
  return { state, account, tries };
}

/** How long (ms) to wait for the outcome of other tries, before the next look. */
const pause = () => 50 + Math.random() * 100;

/**
 * Checks a password, and does `whenRight` if it is right. The try is counted before anything is hashed, so any number of parallel
 * guesses together have no more tries than one after the other. `whenRight` commits under the condition that the name is not
 * blocked. If it throws, the try is taken back; if a block has come up meanwhile, the caller is told of the block alone
 * (docs/decisions/0060).
 * @throws `wrong-password` with the tries that are left, or `login-blocked`
 */
export async function withPassword<T>(room: Room, check: PasswordCheck, whenRight: () => Promise<T>): Promise<T> {
  const id = newVersionTag();
  const counted = await countTry(room, check, id);
  const { password, account } = check;
  if (!(await verifyPassword(password, account.passwordHash))) throw await wrongPassword(room, check, id, counted);
  try {
    return await whenRight();
  } catch (error) {
    if (isWrongGuess(error)) throw await wrongPassword(room, check, id, counted);
    await takeBack(room, check, id, counted);
    throw error;
  }
}

/**
 * As {@link withPassword}, for a guest. From an address that is not known for the name, it also counts the guesses at the name over
 * all addresses, and those from the address at all names.
 */
export async function withGuestsPassword<T>(room: Room, check: PasswordCheck, whenRight: () => Promise<T>): Promise<T> {
  const now = room.clock.now();
  if (blockedFor(check.tries, now) > 0 || isKnownAddress(check.tries, now)) return withPassword(room, check, whenRight);
  const counters = strangerCounters(check.account.name, check.connection.address);
  for (const counter of counters) {
    const blockedUntil = await room.strangerTries.count(counter, now);
    if (blockedUntil !== undefined) throw loginBlocked(Math.min(blockedUntil - now, strangerWindow));
  }
  const takeBackBoth = async () => {
    const both = Promise.all(counters.map((counter) => room.strangerTries.takeBack(counter, now)));
    await orLog(room, 'a right password stayed counted', both, undefined);
  };
  try {
    const result = await withPassword(room, check, whenRight);
    await takeBackBoth();
    return result;
  } catch (error) {
    if (!isWrongGuess(error) && !isBlock(error)) await takeBackBoth();
    throw error;
  }
}

const isWrongGuess = (error: unknown) => error instanceof Refusal && error.code === 'wrong-password';
const isBlock = (error: unknown) => error instanceof Refusal && error.code === 'login-blocked';

const attemptNow = (room: Room, { blockTime }: PasswordCheck, id: string): Attempt => ({
  id,
  at: room.clock.now(),
  blockTime,
  version: newVersionTag(),
});

async function countTry(room: Room, check: PasswordCheck, id: string): Promise<TryRecord> {
  const { account, connection } = check;
  for (let before = check.tries; ; ) {
    const attempt = attemptNow(room, check, id);
    const shortened = shortenBlock(before, attempt);
    if (shortened) {
      const outcome = await room.loginTries.replace(account.name, connection.address, before, shortened);
      before = outcome.replaced ? shortened : outcome.now;
      continue;
    }
    const blocked = blockedFor(before, attempt.at);
    if (blocked > 0) throw loginBlocked(blocked);
    const start = startTry(before, attempt);
    if (start.kind === 'wait') {
      await room.clock.sleepUntil(attempt.at + pause());
      before = await room.loginTries.find(account.name, connection.address);
      continue;
    }
    const outcome = await room.loginTries.replace(account.name, connection.address, before, start.record);
    if (outcome.replaced && start.kind === 'counted') return start.record;
    before = outcome.replaced ? start.record : outcome.now;
  }
}

/** Counts a wrong password, and returns its refusal. */
async function wrongPassword(room: Room, check: PasswordCheck, id: string, counted: TryRecord): Promise<Refusal> {
  const { account, connection } = check;
  for (let before: TryRecord | undefined = counted; ; ) {
    const attempt = attemptNow(room, check, id);
    const blocked = blockedFor(before, attempt.at);
    if (blocked > 0) return loginBlocked(blocked);
    const after = failTry(before, attempt);
    const outcome = await room.loginTries.replace(account.name, connection.address, before, after);
    if (outcome.replaced) {
      const block = blockedFor(after, attempt.at);
      if (block > 0) return loginBlocked(block);
      return new Refusal('wrong-password', { triesLeft: triesLeft(after) });
    }
    before = outcome.now;
  }
}

/**
 * Takes back a try whose password was right, although nothing was committed.
 * @throws `login-blocked` if a block has come up meanwhile
 */
async function takeBack(
  room: Room,
  { account, connection }: PasswordCheck,
  id: string,
  counted: TryRecord,
): Promise<void> {
  for (let before: TryRecord | undefined = counted; ; ) {
    const blocked = blockedFor(before, room.clock.now());
    if (blocked > 0) throw loginBlocked(blocked);
    const after = withdrawTry(before, { id, version: newVersionTag() });
    if (!after) return;
    const outcome = await room.loginTries.replace(account.name, connection.address, before, after);
    if (outcome.replaced) return;
    before = outcome.now;
  }
}
