import { isReadable, isReliable } from './weather.ts';
import type { World } from './world.ts';

/** A ban, in times as the administrator knows them. */
export interface Ban {
  readonly addresses: readonly string[];
  /** How long it lasts; undefined: until it is lifted. */
  readonly hours: number | undefined;
  readonly askedAt: number;
  /** Whether each login reads it in the end. A login whose read fails goes on. */
  readonly isRead: boolean;
  /** When the room's reply came; infinity without one. */
  since: number;
  /** When it may have ended first. */
  endAskedAt: number;
  endedAt: number;
}

const never = Number.POSITIVE_INFINITY;

/** The addresses and prefixes that are banned, and the addresses of users that each includes. */
export const bannable: readonly (readonly [prefix: string, addresses: readonly string[]])[] = [
  ['192.0.2.1', ['192.0.2.1']],
  ['192.0.2.2', ['192.0.2.2']],
  ['192.0.2.2/31', ['192.0.2.2', '192.0.2.3']],
];

/** How far the clock of a function may be off (ms). */
const skew = 200;

const hour = 3_600_000;

/** The commands that begin an account or a session, or continue one. */
const entering = new Set(['login', 'resume', 'register']);

/** What the administrator and the users know of bans. */
export class Bans {
  readonly #world: World;
  readonly #bans: Ban[] = [];
  /** When the session over each connection began. */
  readonly #sessionsBegan = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A ban is asked for. Without a number of hours it has no end. */
  asked(addresses: readonly string[], hours: number | undefined): Ban {
    const askedAt = this.#world.scheduler.now;
    const ends = hours === undefined ? never : askedAt + hours * hour;
    const isRead = isReadable(this.#world.weather);
    const ban = { addresses, hours, askedAt, isRead, since: never, endAskedAt: ends - skew, endedAt: never };
    this.#bans.push(ban);
    return ban;
  }

  began(ban: Ban): void {
    ban.since = this.#world.scheduler.now;
    if (ban.hours !== undefined) ban.endedAt = ban.since + ban.hours * hour + skew;
  }

  /** Of the hours of a ban, only some seconds are left (ms). */
  ends(ban: Ban, left: number): number {
    const until = Math.floor(this.#world.scheduler.now + left);
    ban.endAskedAt = until - skew;
    ban.endedAt = until + skew;
    return until;
  }

  /** The administrator lifts a ban. */
  lifting(ban: Ban): void {
    ban.endAskedAt = Math.min(ban.endAskedAt, this.#world.scheduler.now);
  }

  lifted(ban: Ban): void {
    ban.endedAt = Math.min(ban.endedAt, this.#world.scheduler.now);
  }

  /**
   * A banned address has no session: none from before the ban, and none of a login that was under way. Ask when all
   * functions that ran at the ban have ended.
   */
  checkSessions({ addresses }: Ban): void {
    if (!isReliable(this.#world.weather)) return;
    for (const { name, address } of this.#world.history.sessions())
      if (addresses.includes(String(address)))
        this.#world.violated(`${name} is online from ${address}, which is banned`);
  }

  /** A login or a resume has committed, and is not answered yet. */
  sessionBegan(connectionId: string): void {
    this.#sessionsBegan.set(connectionId, this.#world.scheduler.now);
  }

  /** An address has asked to connect or to log in at some time, and the room's answer has come. */
  answered(
    { id, address }: { readonly id: string; readonly address: string },
    action: string,
    askedAt: number,
    answer: 'ok' | 'banned' | 'other',
  ): void {
    const { now } = this.#world.scheduler;
    const all = this.#bans.filter(({ addresses }) => addresses.includes(address));
    const beganAt = Math.max(askedAt, this.#sessionsBegan.get(id) ?? 0);
    const isBanned = all.some(
      ({ since, isRead, endAskedAt }) => since < (isRead ? beganAt : askedAt) && endAskedAt > now,
    );
    if (answer === 'ok' && isBanned && (action === 'connect' || entering.has(action)))
      this.#world.violated(`a ${action} from ${address} was accepted, which is banned`);
    const mayBeBanned = all.some((ban) => ban.askedAt <= now && ban.endedAt >= askedAt);
    if (answer === 'banned' && !mayBeBanned)
      this.#world.violated(`a ${action} from ${address} was refused, which is not banned`);
  }

  /** A session ends because of a ban. */
  ended(address: string): void {
    const { now } = this.#world.scheduler;
    const mayBeBanned = this.#bans.some((ban) => ban.addresses.includes(address) && ban.endedAt >= now - 60_000);
    if (!mayBeBanned) this.#world.violated(`a ban ends a session from ${address}, which is not banned`);
  }
}
