import { blockedFor, countWrongTry, type TryRecord, triesLeft } from './login-tries.ts';
import type { Account, Connection } from './model.ts';
import { verifyPassword } from './password.ts';
import type { Room } from './ports.ts';
import { Refusal } from './refusal.ts';
import { newVersionTag } from './token.ts';

const asSeconds = (ms: number) => Math.ceil(ms / 1000);

const loginBlocked = (ms: number) => new Refusal('login-blocked', { secondsLeft: asSeconds(ms) });

export interface PasswordCheck {
  readonly account: Account;
  readonly password: string;
  readonly connection: Connection;
  readonly tries: TryRecord | undefined;
  /** Seconds. */
  readonly blockTime: number;
}

/**
 * Checks a password. A wrong one is counted. A login block is checked before anything is hashed.
 * @throws `wrong-password` with the tries that are left, or `login-blocked`
 */
export async function checkPassword(room: Room, check: PasswordCheck): Promise<void> {
  const blocked = blockedFor(check.tries, room.clock.now());
  if (blocked > 0) throw loginBlocked(blocked);
  if (await verifyPassword(check.password, check.account.passwordHash)) return;
  throw await recordWrongTry(room, check);
}

async function recordWrongTry(room: Room, check: PasswordCheck): Promise<Refusal> {
  const { account, connection } = check;
  for (let before = check.tries; ; ) {
    const at = room.clock.now();
    const blocked = blockedFor(before, at);
    if (blocked > 0) return loginBlocked(blocked);
    const attempt = { connectionId: connection.connectionId, at, blockTime: check.blockTime, version: newVersionTag() };
    const after = countWrongTry(before, attempt);
    const outcome = await room.loginTries.replace(account.name, connection.address, before, after);
    if (outcome.replaced) {
      const block = blockedFor(after, at);
      if (block > 0) return loginBlocked(block);
      return new Refusal('wrong-password', { triesLeft: triesLeft(after, connection.connectionId) });
    }
    before = outcome.now;
  }
}

/** The refusal for a block that began while a correct password was being checked. */
export async function refuseBlocked(room: Room, name: string, address: string): Promise<Refusal> {
  return loginBlocked(blockedFor(await room.loginTries.find(name, address), room.clock.now()));
}
