/** A token of a session that has another one now, or has ended. */
export interface StaleToken {
  readonly user: string;
  readonly token: string;
}

/** The tokens that the room has given out. */
export class Tokens {
  readonly stale: StaleToken[] = [];
  readonly #given = new Map<string, readonly string[]>();

  /** The tokens that a user has had until now. */
  of(user: string): readonly string[] {
    return this.#given.get(user) ?? [];
  }

  /** The room has given out a token. The tokens before its request are no longer good. */
  give(user: string, token: string, before: readonly string[]): void {
    this.#given.set(user, [...this.of(user), token]);
    for (const old of before) if (old !== token) this.stale.push({ user, token: old });
  }
}
