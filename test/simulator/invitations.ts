import type { Item } from './dynamodb/evaluate.ts';
import type { World } from './world.ts';

/** An invitation, in times as the administrator knows them. */
export interface Invitation {
  readonly code: string;
  readonly uses: number;
  readonly since: number;
  /** It ends within this time. */
  endsFrom: number;
  endsBy: number;
  revokeAskedAt: number;
  revokedAt: number;
}

/** A registration with an invitation. */
export interface Registration {
  readonly code: string | undefined;
  readonly askedAt: number;
  outcome: 'unknown' | 'registered' | 'refused';
}

const never = Number.POSITIVE_INFINITY;
const day = 24 * 3_600_000;

/** How far the clock of a function may be off (ms). */
const skew = 200;

/** What the administrator and the users know of invitations. */
export class Invitations {
  readonly #world: World;
  readonly all: Invitation[] = [];
  readonly #registrations: Registration[] = [];
  /** Whether nobody registers without an invitation. */
  areRequired = false;
  /** Uses that have been taken, and accounts that have been created, as the tables show. */
  #taken = 0;
  #created = 0;

  constructor(world: World) {
    this.#world = world;
  }

  made(code: string, uses: number, days: number, askedAt: number): void {
    const { now } = this.#world.scheduler;
    const ends = { endsFrom: askedAt + days * day - skew, endsBy: now + days * day + skew + 1000 };
    this.all.push({ code, uses, since: now, ...ends, revokeAskedAt: never, revokedAt: never });
  }

  /** Of an invitation, only some seconds are left: it ends then (epoch ms). */
  ends(invitation: Invitation, at: number): void {
    invitation.endsFrom = at - skew;
    invitation.endsBy = at + skew + 1000;
  }

  /** The code of a newcomer: often the one that has the most uses left, sometimes any other, which may have ended. */
  code(): string | undefined {
    const { random } = this.#world.scheduler;
    if (!this.areRequired) return undefined;
    const [best] = this.all.toSorted((one, other) => this.#certainUses(other) - this.#certainUses(one));
    return (random.chance(0.7) ? best : random.pick(this.all))?.code;
  }

  asks(code: string | undefined): Registration {
    const registration: Registration = { code, askedAt: this.#world.scheduler.now, outcome: 'unknown' };
    this.#registrations.push(registration);
    return registration;
  }

  registered(registration: Registration): void {
    registration.outcome = 'registered';
    const { code, askedAt } = registration;
    if (!this.areRequired) return;
    const invitation = this.all.find((one) => one.code === code);
    if (!invitation) return this.#world.violated('an account was registered without an invitation');
    const { uses, endsBy, revokedAt } = invitation;
    if (endsBy < askedAt || revokedAt < askedAt) this.#world.violated(`${code} registers an account after its end`);
    const used = this.#registrations.filter((one) => one.code === code && one.outcome === 'registered').length;
    if (used > uses) this.#world.violated(`${code} has registered ${used} accounts, and has ${uses} uses`);
  }

  refused(registration: Registration, reason: string): void {
    registration.outcome = 'refused';
    const { now } = this.#world.scheduler;
    const invitation = this.all.find(({ code }) => code === registration.code);
    if (!invitation || reason !== 'invalid-invitation') return;
    const { code, since, endsFrom, revokeAskedAt } = invitation;
    const isGood = since < registration.askedAt && endsFrom > now && revokeAskedAt > now;
    if (isGood && this.#certainUses(invitation) > 0) this.#world.violated(`${code} is valid, and was refused`);
  }

  /** The uses that are left for certain. */
  #certainUses({ code, uses }: Invitation): number {
    return uses - this.#registrations.filter((one) => one.code === code && one.outcome !== 'refused').length;
  }

  changed(table: string, before: Item | undefined, after: Item | undefined): void {
    if (table === 'users' && !before && after) this.#created += 1;
    if (table === 'loginBlocks' && before && after)
      this.#taken += Number(before['usesLeft'] ?? 0) - Number(after['usesLeft'] ?? 0);
  }

  /** After each transaction: each account has taken one use. */
  check(): void {
    if (this.areRequired && this.#created !== this.#taken)
      this.#world.violated(`${this.#created} accounts were registered with ${this.#taken} uses of invitations`);
  }
}
