/**
 * The life of an account, as its user knows it. `since`: when the user learned that it exists. `goneAskedAt`: when the user
 * first asked to deregister. `goneAt`: when the user learned that it is gone. Infinity: not yet.
 */
interface Account {
  readonly since: number;
  goneAskedAt: number;
  goneAt: number;
}

const never = Number.POSITIVE_INFINITY;

/** The users' knowledge of their accounts and passwords. */
export class Accounts {
  readonly #accounts = new Map<string, Account[]>();
  readonly #passwords = new Map<string, readonly string[]>();
  /**
   * Passwords that a user has asked to set, and that the room has neither confirmed nor refused. No two users have the same
   * one.
   */
  readonly #unanswered = new Set<string>();
  /** The accounts that an administrator removes, until the removal is over. */
  readonly #removals: { readonly user: string; endedAt: number }[] = [];
  /** Whether a user has given a password that was not, or no longer, right. */
  wereConfused = false;
  #made = 0;
  /** Every password that may have been set, in this order. */
  readonly #set: { readonly user: string; readonly password: string }[] = [];

  /** The passwords that may be a user's, the likeliest first. */
  passwordsOf(user: string): readonly string[] {
    return this.#passwords.get(user) ?? [];
  }

  /** The passwords that were a user's, and are not any more for certain. */
  outdatedOf(user: string): string[] {
    const all = this.#set.filter((one) => one.user === user).map(({ password }) => password);
    return all.filter((password) => !this.passwordsOf(user).includes(password));
  }

  /**
   * Returns a function. Called later with a user, it returns all passwords that the user may have had since this call, the
   * likeliest first.
   */
  passwordsSince(): (user: string) => string[] {
    const before = new Map(this.#passwords);
    const { length } = this.#set;
    return (user) => {
      const later = this.#set.slice(length).filter((one) => one.user === user);
      return [
        ...new Set([...this.passwordsOf(user), ...later.map(({ password }) => password), ...(before.get(user) ?? [])]),
      ];
    };
  }

  /** A copy of the accounts, without the passwords. Later changes do not affect it. */
  copy(): Accounts {
    const copy = new Accounts();
    for (const [user, accounts] of this.#accounts) copy.#accounts.set(user, structuredClone(accounts));
    return copy;
  }

  /**
   * Fills the knowledge about a restored room: the accounts of the backup (`then`), and the passwords that each user may have.
   * `now` gives the number of passwords made so far, so that new ones stay unique.
   */
  restored(then: Accounts, passwords: ReadonlyMap<string, readonly string[]>, now: Accounts): void {
    for (const [user, accounts] of then.copy().#accounts) this.#accounts.set(user, accounts);
    for (const [user, known] of passwords) for (const one of known.toReversed()) this.mayHave(user, one);
    this.#unanswered.clear();
    this.#made = now.#made;
    // A try counts as wrong until the password is checked, and the backup may have been taken then.
    this.wereConfused = true;
  }

  newPassword(): string {
    this.#made += 1;
    return `wasting time ${this.#made}`;
  }

  /** A password may have been set. */
  mayHave(user: string, password: string): void {
    this.#set.push({ user, password });
    this.#unanswered.add(password);
    this.#passwords.set(user, [password, ...this.passwordsOf(user).filter((one) => one !== password)]);
  }

  /** The room has accepted a password. Changes without a reply may still be on their way, or have been carried out. */
  has(user: string, password: string): void {
    this.#unanswered.delete(password);
    const all = this.passwordsOf(user);
    const index = all.indexOf(password);
    if (index >= 0)
      this.#passwords.set(
        user,
        all.filter((one, i) => i <= index || this.#unanswered.has(one)),
      );
  }

  /** The room has refused to set a password. */
  hasNot(user: string, password: string): void {
    this.#unanswered.delete(password);
    const others = this.passwordsOf(user).filter((one) => one !== password);
    if (others.length > 0) this.#passwords.set(user, others);
  }

  /** The room has refused a password at a login. Another one is tried next. */
  doubt(user: string, password: string): void {
    this.wereConfused = true;
    const all = this.passwordsOf(user);
    if (all.includes(password)) this.#passwords.set(user, [...all.filter((one) => one !== password), password]);
  }

  registered(user: string, askedAt: number, at: number): void {
    this.isGone(user, at);
    const mayBeRemoved = this.#removals.some((one) => one.user === user && one.endedAt > askedAt);
    const account = { since: at, goneAskedAt: mayBeRemoved ? at : never, goneAt: never };
    this.#accounts.set(user, [...(this.#accounts.get(user) ?? []), account]);
  }

  /**
   * A login has succeeded. If the account was already gone when the login was requested, an unanswered registration has created
   * a new one.
   */
  loggedIn(user: string, askedAt: number, at: number): void {
    if (askedAt > (this.#accounts.get(user)?.at(-1)?.goneAt ?? never)) this.registered(user, askedAt, at);
  }

  deregistering(user: string, at: number): void {
    this.loggedIn(user, at, at);
    const account = this.#accounts.get(user)?.at(-1);
    if (account) account.goneAskedAt = Math.min(account.goneAskedAt, at);
  }

  /** An administrator asks to remove the account. One that is registered before {@link removed} may be removed as well. */
  removing(user: string, at: number): void {
    this.deregistering(user, at);
    this.#removals.push({ user, endedAt: never });
  }

  /** The removal is over, whose last attempt began at `askedAt`: the account of that time is gone. */
  removed(user: string, askedAt: number, at: number): void {
    for (const one of this.#removals) if (one.user === user) one.endedAt = Math.min(one.endedAt, at);
    for (const account of this.#accounts.get(user) ?? [])
      if (account.since < askedAt && account.goneAskedAt !== never) account.goneAt = Math.min(account.goneAt, at);
  }

  /** The user has learned that the account does not exist. Only possible after a request to deregister. */
  isGone(user: string, at: number): void {
    const account = this.#accounts.get(user)?.at(-1);
    if (account && account.goneAskedAt !== never) account.goneAt = Math.min(account.goneAt, at);
  }

  /** A request to deregister was refused: there is no such account. */
  doesNotExist(user: string, at: number): void {
    const last = this.#accounts.get(user)?.at(-1);
    // Noted only because an unanswered registration might have created it.
    if (last && last.since === last.goneAskedAt) this.#accounts.get(user)?.pop();
    else this.isGone(user, at);
  }

  /** Whether a user has no account, or does not know. */
  mayBeGone(user: string): boolean {
    return this.#accounts.get(user)?.at(-1)?.goneAskedAt !== never;
  }

  /** The account still exists: a deregistration was refused. Call it only if no earlier deregistration is unanswered. */
  stays(user: string): void {
    const account = this.#accounts.get(user)?.at(-1);
    const isBeingRemoved = this.#removals.some((one) => one.user === user && one.endedAt === never);
    if (account && account.goneAt === never && !isBeingRemoved) account.goneAskedAt = never;
  }

  /** Whether a user may have deregistered at some time. */
  mayHaveLeft = (user: string): boolean => (this.#accounts.get(user) ?? []).some((one) => one.goneAskedAt !== never);

  /** Whether a user had one account from a time until now, without any doubt. */
  isSameSince(user: string, time: number): boolean {
    const account = this.#accounts.get(user)?.at(-1);
    return account !== undefined && account.since <= time && account.goneAskedAt === never;
  }

  /** Whether two times belong to different accounts of a user for certain. */
  isOther(user: string, before: number, after: number): boolean {
    return (this.#accounts.get(user) ?? []).some(({ goneAskedAt, goneAt }) => before < goneAskedAt && goneAt < after);
  }

  /** Whether a user may have had different accounts at two times. */
  mayBeOther(user: string, before: number, after: number): boolean {
    return (this.#accounts.get(user) ?? []).some(({ goneAskedAt, goneAt }) => goneAt >= before && goneAskedAt <= after);
  }
}
