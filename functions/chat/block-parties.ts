import { foldName } from '../../protocol/index.ts';
import type { Account, Member } from './model.ts';
import type { Room } from './ports.ts';
import { Refusal } from './refusal.ts';

/** Reads the accounts of the caller and of the user to block or unblock. @throws a refusal if there is no other such user. */
export async function blockParties(
  room: Room,
  member: Member,
  user: string,
): Promise<{ own: Account; other: Account }> {
  const name = foldName(user);
  if (name === member.name) throw new Refusal('block-self');
  const [own, other] = await Promise.all([room.accounts.find(member.name), room.accounts.find(name)]);
  if (own?.accountId !== member.accountId) throw new Refusal('not-logged-in');
  if (!other) throw new Refusal('no-such-user');
  return { own, other };
}
