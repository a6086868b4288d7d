import { refusals } from '../../protocol/index.ts';
import { mayBeDone, RefusalError } from './errors.ts';
import type { Feed } from './feed.ts';
import type { Link } from './link.ts';
import { randomHex } from './random.ts';
import type { Positions } from './stream-order.ts';

const randomToken = () => randomHex(32);

/** What continues a session over another connection, such as that of a page after its reload. */
export interface SavedSession {
  readonly user: string;
  /** The tokens that may be valid, the likelier one first. A program that has one can continue the session. */
  readonly tokens: readonly string[];
  /** The last number shown of each stream: it is not shown again. */
  readonly shown?: Readonly<Positions>;
}

export interface LoggedIn extends SavedSession {
  /** If kept, it logs in again when the session has ended. */
  readonly password: string | undefined;
  readonly feed: Feed | undefined;
  /** Called with each change of the tokens, and by {@link Session.save}. */
  readonly saved: ((session: SavedSession) => void) | undefined;
}

/** A login. It outlives the links that it uses. */
export class Session {
  readonly user: string;
  readonly feed: Feed | undefined;
  password: string | undefined;
  /** Undefined when the session cannot be resumed. Then only the password can log in. */
  #token: string | undefined;
  /** The token that replaces it, if a request without a reply was carried out. */
  #unconfirmed: string | undefined;
  readonly #saved: LoggedIn['saved'];

  constructor({ user, tokens: [token, unconfirmed], shown, password, feed, saved }: LoggedIn) {
    this.user = user;
    this.password = password;
    this.feed = feed;
    this.#saved = saved;
    if (shown) feed?.continueFrom(shown);
    this.#keep(token, unconfirmed);
  }

  /** The next token. It stays the same until it is in use, because a reply can be lost. */
  nextToken(): string {
    const next = this.#unconfirmed ?? randomToken();
    this.#keep(this.#token, next);
    return next;
  }

  /** The password has changed, and the token of {@link nextToken} is in use. */
  changed(password: string, token: string): void {
    if (this.password !== undefined) this.password = password;
    this.#keep(token, this.#unconfirmed === token ? undefined : this.#unconfirmed);
  }

  /**
   * The room was stopped, which ended the session: only the password can log in. If a resume has no reply yet, the session may have
   * ended before, by a kick. Then the next resume is refused with the reason.
   */
  ended(): void {
    if (this.#unconfirmed === undefined) this.#keep(undefined, undefined);
  }

  /**
   * Moves the session to a link. The client chooses the next token, so after a lost reply it knows both tokens that may
   * be valid.
   * @throws as {@link Link.request}.
   */
  async moveTo(link: Link): Promise<void> {
    const { user, password } = this;
    while (this.#token !== undefined) {
      const token = this.#token;
      const unconfirmed = this.#unconfirmed;
      const newToken = this.nextToken();
      try {
        this.#keep((await link.request('resume', { user, token, newToken })).token, undefined);
        return;
      } catch (error) {
        if (!(error instanceof RefusalError) || error.code !== 'bad-token') throw error;
        // A resume whose reply was lost has used it, or the session has ended.
        this.#keep(unconfirmed, undefined);
      }
    }
    if (password === undefined) throw new RefusalError('resume', { code: 'bad-token', message: refusals['bad-token'] });
    this.feed?.startOver();
    const newToken = randomToken();
    try {
      this.#keep((await link.request('login', { user, password, newToken })).token, undefined);
    } catch (error) {
      if (mayBeDone(error)) this.#keep(newToken, undefined);
      throw error;
    }
  }

  #keep(token: string | undefined, unconfirmed: string | undefined): void {
    this.#token = token;
    this.#unconfirmed = unconfirmed;
    this.save();
  }

  /** Saves what has been shown, with the tokens. */
  save(): void {
    const tokens = [this.#token, this.#unconfirmed].filter((one) => one !== undefined);
    this.#saved?.({ user: this.user, tokens, shown: { ...this.feed?.shownUpTo } });
  }
}
