/** A user's account, from a registration to a deregistration, in times as the user knows them. Infinity: not yet. */
interface Account {
  readonly since: number;
  goneAskedAt: number;
  goneAt: number;
}

const never = Number.POSITIVE_INFINITY;

/** What the users know of their accounts and passwords. */
export class Accounts {
  readonly #accounts = new Map<string, Account[]>();
  readonly #passwords = new Map<string, readonly string[]>();
  #made = 0;
  /** In a restored room: the accounts of the room from which it comes. */
  #earlier: Accounts | undefined;
  /** Every password that may have been set, in this order. */
  readonly #set: { readonly user: string; readonly password: string }[] = [];

  /** The passwords that may be a user's, the likeliest first. */
  passwordsOf(user: string): readonly string[] {
    return this.#passwords.get(user) ?? [];
  }

  /** Returns a function that returns the passwords that a user may have had at some time since now, the likeliest first. */
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

  /** This room is restored from another one, and has messages to users who had several accounts there. */
  comeFrom(earlier: Accounts): void {
    this.#earlier = earlier;
  }

  /** A user's account and passwords in a room that was restored. */
  restored(user: string, { accounts, passwords }: { accounts: Accounts; passwords: readonly string[] }): void {
    this.registered(user, accounts.#accounts.get(user)?.at(-1)?.since ?? 0);
    for (const password of passwords.toReversed()) this.mayHave(user, password);
    this.#made = accounts.#made;
  }

  newPassword(): string {
    this.#made += 1;
    return `wasting time ${this.#made}`;
  }

  /** A password may have been set. */
  mayHave(user: string, password: string): void {
    this.#set.push({ user, password });
    this.#passwords.set(user, [password, ...this.passwordsOf(user).filter((one) => one !== password)]);
  }

  /** The room has accepted a password. Later changes may still be on their way, or have been carried out. */
  has(user: string, password: string): void {
    const all = this.passwordsOf(user);
    if (all.includes(password)) this.#passwords.set(user, all.slice(0, all.indexOf(password) + 1));
  }

  /** The room has refused to set a password. */
  hasNot(user: string, password: string): void {
    const others = this.passwordsOf(user).filter((one) => one !== password);
    if (others.length > 0) this.#passwords.set(user, others);
  }

  /** The room has refused a password at a login. Another one is tried next. */
  doubt(user: string, password: string): void {
    const all = this.passwordsOf(user);
    if (all.includes(password)) this.#passwords.set(user, [...all.filter((one) => one !== password), password]);
  }

  registered(user: string, at: number): void {
    this.isGone(user, at);
    const account = { since: at, goneAskedAt: never, goneAt: never };
    this.#accounts.set(user, [...(this.#accounts.get(user) ?? []), account]);
  }

  /** A login that was asked for at some time has succeeded: the reply to the registration before it was lost. */
  loggedIn(user: string, askedAt: number, at: number): void {
    if (askedAt > (this.#accounts.get(user)?.at(-1)?.goneAt ?? never)) this.registered(user, at);
  }

  deregistering(user: string, at: number): void {
    this.loggedIn(user, at, at);
    const account = this.#accounts.get(user)?.at(-1);
    if (account) account.goneAskedAt = Math.min(account.goneAskedAt, at);
  }

  /** An account of which a user does not know whether it exists any more does not. */
  isGone(user: string, at: number): void {
    const account = this.#accounts.get(user)?.at(-1);
    if (account && account.goneAskedAt !== never) account.goneAt = Math.min(account.goneAt, at);
  }

  /** Whether a user has no account, or does not know. */
  mayBeGone(user: string): boolean {
    return this.#accounts.get(user)?.at(-1)?.goneAskedAt !== never;
  }

  /** A deregistration was refused, and none before it was left without an answer. */
  stays(user: string): void {
    const account = this.#accounts.get(user)?.at(-1);
    if (account && account.goneAt === never) account.goneAskedAt = never;
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
    const mayHaveChanged = ({ goneAskedAt, goneAt }: Account) => goneAt >= before && goneAskedAt <= after;
    const isOtherHere = (this.#accounts.get(user) ?? []).some(mayHaveChanged);
    return isOtherHere || this.#earlier?.mayBeOther(user, before, after) === true;
  }
}
