import { refusals } from '../../protocol/index.ts';
import { RefusalError } from './errors.ts';
import type { Feed } from './feed.ts';
import type { Link } from './link.ts';
import { randomHex } from './random.ts';

const randomToken = () => randomHex(32);

export interface LoggedIn {
  readonly user: string;
  /** Resumes the session. */
  readonly token: string;
  /** If kept, it logs in again when the session has ended. */
  readonly password: string | undefined;
  readonly feed: Feed | undefined;
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

  constructor({ user, token, password, feed }: LoggedIn) {
    this.user = user;
    this.#token = token;
    this.password = password;
    this.feed = feed;
  }

  /** The next token. It stays the same until it is in use, because a reply can be lost. */
  nextToken(): string {
    this.#unconfirmed ??= randomToken();
    return this.#unconfirmed;
  }

  /** The password has changed, and the token of {@link nextToken} is in use. */
  changed(password: string, token: string): void {
    if (this.password !== undefined) this.password = password;
    this.#token = token;
    if (this.#unconfirmed === token) this.#unconfirmed = undefined;
  }

  /** The room was stopped, which ended the session: only the password can log in. */
  ended(): void {
    this.#token = undefined;
    this.#unconfirmed = undefined;
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
        this.#token = (await link.request('resume', { user, token, newToken })).token;
        this.#unconfirmed = undefined;
        return;
      } catch (error) {
        if (!(error instanceof RefusalError) || error.code !== 'bad-token') throw error;
        // A resume whose reply was lost has used it, or the session has ended.
        this.#token = unconfirmed;
        this.#unconfirmed = undefined;
      }
    }
    if (password === undefined) throw new RefusalError('resume', { code: 'bad-token', message: refusals['bad-token'] });
    this.feed?.startOver();
    const newToken = randomToken();
    try {
      this.#token = (await link.request('login', { user, password, newToken })).token;
    } catch (error) {
      if (!(error instanceof RefusalError) || error.code === 'internal') this.#token = newToken;
      throw error;
    }
  }
}
