import type { Item } from './dynamodb/evaluate.ts';
import type { Visit } from './history.ts';
import type { World } from './world.ts';

/** What became of sessions of a user while an administrator was kicking that user. */
interface Kick {
  readonly user: string;
  readonly events: { readonly kind: 'began' | 'ended'; readonly visit: Visit | undefined }[];
}

/**
 * Checks that a program whose visit was ended by a kick does not log in again by itself. Forgets the kick at the user's next
 * login.
 */
export class Kicks {
  readonly #world: World;
  readonly #running = new Set<Kick>();
  /** The last visit that a kick has ended, by user, unless the user has logged in since then. */
  readonly #kicked = new Map<string, Visit>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Carries out a kick, and notes which visit it has ended. `carryOut` resolves to whether the room has ended a session. */
  async watch(user: string, carryOut: () => Promise<boolean>): Promise<void> {
    const kick: Kick = { user, events: [] };
    this.#running.add(kick);
    const isDone = await carryOut();
    this.#running.delete(kick);
    const ended = kick.events.filter(({ kind }) => kind === 'ended');
    const [only] = ended;
    // Note nothing if it is unclear which visit the kick has ended: several sessions ended meanwhile, or the program did not
    // have the reply to its login yet.
    if (!isDone || ended.length !== 1 || only?.visit === undefined) return;
    this.#kicked.set(user, only.visit);
    for (const { kind, visit } of kick.events.slice(kick.events.indexOf(only)))
      if (kind === 'began') this.#begins(user, visit);
  }

  /** A session has begun over the connection of this item, has moved there, or has ended. */
  changed(kind: 'began' | 'ended', { name, connectionId }: Item): void {
    const visit = this.#visitOver(String(connectionId));
    for (const { user, events } of this.#running) if (user === name) events.push({ kind, visit });
    if (kind === 'began') this.#begins(String(name), visit);
  }

  #begins(user: string, visit: Visit | undefined): void {
    if (visit && this.#kicked.get(user) === visit)
      this.#world.violated(`${visit.program} was kicked, and logs in again`);
    this.#kicked.delete(user);
  }

  /** The visit whose program has opened a connection. Undefined before the program has the reply to its login, and after the visit. */
  #visitOver(connectionId: string): Visit | undefined {
    const { gateway, history, scheduler } = this.#world;
    const program = gateway.clientOf(connectionId)?.name;
    return history.visits.find((visit) => visit.program === program && visit.endedAt > scheduler.now);
  }
}
