import { randomBytes } from 'node:crypto';
import { refusals } from '../../protocol/index.ts';
import { RefusalError } from './errors.ts';
import type { Feed } from './feed.ts';
import type { Link } from './link.ts';

const randomToken = () => randomBytes(32).toString('base64url');

export interface LoggedIn {
  readonly user: string;
  /** What resumes the session. */
  readonly token: string;
  /** If it is kept, what logs in anew when the session has ended. */
  readonly password: string | undefined;
  readonly feed: Feed | undefined;
}

/** A login, which outlives the links it goes over. */
export class Session {
  readonly user: string;
  readonly feed: Feed | undefined;
  password: string | undefined;
  /** Undefined when nothing resumes it, and only the password helps. */
  #token: string | undefined;
  /** The token that replaces it, if something was carried out that was not answered. */
  #unconfirmed: string | undefined;

  constructor({ user, token, password, feed }: LoggedIn) {
    this.user = user;
    this.#token = token;
    this.password = password;
    this.feed = feed;
  }

  /** The token that is to replace this one: kept until it does, so that a reply may be lost. */
  nextToken(): string {
    this.#unconfirmed ??= randomToken();
    return this.#unconfirmed;
  }

  /** The password is another, and a token that {@link nextToken} gave is the session's. */
  changed(password: string, token: string): void {
    if (this.password !== undefined) this.password = password;
    this.#token = token;
    if (this.#unconfirmed === token) this.#unconfirmed = undefined;
  }

  /**
   * Makes a link speak for the session. The client chooses each next token itself: when a reply is lost it knows both that the
   * session may have.
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
        // Used up, by a resume whose reply was lost if there was one; otherwise the session is over.
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
