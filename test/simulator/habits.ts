import type { SeededRandom } from '../../local/random.ts';
import { type FileQuotas, fileQuotasOf } from './file-quotas.ts';

const acts = ['message', 'broadcast', 'whoelse', 'block', 'passwd', 'file', 'fetch', 'history'] as const;

/** What a user does while logged in. */
export type Act = (typeof acts)[number];

/** How the users of one simulation behave. They differ much between seeds, so that each kind of collision is frequent in some. */
export interface Habits {
  /**
   * How long (ms) the users come and go. Most days are short: they find most bugs in less time, and the long ones what
   * takes many steps.
   */
  readonly day: number;
  /** The programs that a user runs at the same time. */
  readonly programs: number;
  /** The most time (ms) that a program is away, stays, and waits between two acts. */
  readonly away: number;
  readonly stay: number;
  readonly rest: number;
  /** The share of logins that take over a session that is alive. */
  readonly takeOver: number;
  /** How often a user does what, in relation to the rest. */
  readonly acts: readonly (readonly [act: Act, often: number])[];
  /** The share of visits after which a user deregisters. */
  readonly deregister: number;
  readonly hasFiles: boolean;
  readonly fileQuotas: FileQuotas;
  /** Whether registrations take an invitation. */
  readonly hasInvitations: boolean;
  /** Whether messages, files and invitations expire during the day. */
  readonly hasExpiry: boolean;
  /** Whether an administrator takes a backup, which is restored after the day. */
  readonly hasBackup: boolean;
  /** Whether there is a user whose programs keep no rules. */
  readonly hasOddUser: boolean;
}

export function habitsOf(random: SeededRandom): Habits {
  const hasFiles = random.chance(0.4);
  const hasInvitations = random.chance(0.25);
  return {
    day: random.pick([5_000, 15_000, 15_000, 45_000]),
    programs: random.pick([1, 1, 2, 3]),
    away: random.pick([500, 8_000, 8_000]),
    stay: random.pick([3_000, 20_000, 60_000]),
    rest: random.pick([200, 1_000, 3_000]),
    takeOver: random.pick([0.3, 0.3, 0.8]),
    acts: [
      ...(['message', 'broadcast', 'whoelse', 'block'] as const).map((act) => [act, random.pick([0.1, 1, 3])] as const),
      ['passwd', random.pick([0, 0.1, 0.5])],
      ...(['file', 'fetch'] as const).map((act) => [act, hasFiles ? random.pick([0.3, 1]) : 0] as const),
      ['history', 0.5],
    ],
    hasFiles,
    fileQuotas: fileQuotasOf(random),
    hasInvitations,
    deregister: random.pick(hasInvitations ? [0.1, 0.3] : [0, 0, 0.2]),
    hasOddUser: random.chance(0.4),
    hasExpiry: random.chance(0.2),
    hasBackup: random.chance(0.12),
  };
}

/** Who and what may be left out of a day. */
export const roles = ['administrator', 'oddUser', 'files', 'invitations', 'expiry', 'backup'] as const;
export type Role = (typeof roles)[number];

export function habitsWithout(habits: Habits, without: readonly string[]): Habits {
  const hasFiles = habits.hasFiles && !without.includes('files');
  return {
    ...habits,
    hasFiles,
    acts: hasFiles ? habits.acts : habits.acts.filter(([act]) => act !== 'file' && act !== 'fetch'),
    hasInvitations: habits.hasInvitations && !without.includes('invitations'),
    hasOddUser: habits.hasOddUser && !without.includes('oddUser'),
    hasExpiry: habits.hasExpiry && !without.includes('expiry'),
    hasBackup: habits.hasBackup && !without.includes('backup'),
  };
}

export function actOf(random: SeededRandom, { acts: all }: Habits): Act {
  let left = random.next() * all.reduce((sum, [, often]) => sum + often, 0);
  for (const [act, often] of all) {
    left -= often;
    if (left < 0) return act;
  }
  return 'whoelse';
}
