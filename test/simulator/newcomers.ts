import { RawClient, type Reply } from './raw-client.ts';
import type { World } from './world.ts';

const password = 'a password of a newcomer';

/** Guests who register, two at a time, with codes of which some are used up, revoked or have expired. */
export class Newcomers {
  readonly #world: World;
  #count = 0;

  constructor(world: World) {
    this.#world = world;
  }

  async work(until: number): Promise<void> {
    const { scheduler, history } = this.#world;
    for (;;) {
      await scheduler.pause(scheduler.random.between(1_000, 10_000));
      if (scheduler.now >= until) return;
      const newest = history.invitations.all.at(-1)?.code;
      const code = scheduler.random.chance(0.5) ? newest : history.invitations.code();
      await Promise.all([this.#register(code), this.#register(scheduler.random.chance(0.9) ? code : undefined)]);
    }
  }

  /** Registers, and tries once more if no reply comes. */
  async #register(invite: string | undefined): Promise<void> {
    this.#count += 1;
    const user = `new${this.#count}`;
    const { invitations } = this.#world.history;
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const client = await RawClient.connect(this.#world, `${user}-${attempt}`);
      if (!client) continue;
      const asked = invitations.asks(invite);
      const reply = await client.request('register', { user, password, invite });
      client.end();
      if (reply?.['ok'] === true) return invitations.registered(asked);
      const reason = reasonOf(reply);
      if (reason !== undefined && reason !== 'internal') return invitations.refused(asked, reason);
    }
  }
}

function reasonOf(reply: Reply | undefined): string | undefined {
  const { code } = (reply?.['error'] ?? {}) as { code?: string };
  return code;
}
