import type { Action, Arguments, NoticeEvent, Result, RoomEvent } from '../../protocol/index.ts';
import { deferred } from './deferred.ts';
import { type Ending, endingAfter, isFinal } from './ending.ts';
import { mayBeDone } from './errors.ts';
import { Feed } from './feed.ts';
import { Requests } from './requests.ts';
import { type SavedSession, Session } from './session.ts';
import type { Platform } from './socket.ts';
import type { ShownMessage, StreamName } from './stream-order.ts';
import { sleep } from './timers.ts';
import { defaultTiming, type Timing } from './timing.ts';
import { Transport } from './transport.ts';

/** The actions that the connection sends by itself. */
type OwnAction = 'login' | 'resume' | 'ping' | 'here' | 'sync' | 'ack' | 'passwd' | 'logout';

export interface RoomHandlers {
  /**
   * Takes a message. A stream's messages come in order, each once, one at a time. A message is acknowledged when this
   * returns or its promise resolves; if it fails, the connection ends. `missed`: the message came while the user was
   * away. Without this handler no message is read or acknowledged.
   */
  message?(message: ShownMessage, context: { missed: boolean }): void | Promise<void>;
  /** Other users have logged in or out. */
  notice?(notice: NoticeEvent): void;
  /** The connection was lost and is being restored, or has been restored. */
  connection?(state: 'lost' | 'restored'): void;
  /**
   * Too many clients connect, perhaps from this address. The first connection is tried again for some minutes. In a browser, also if
   * the room cannot be reached for another reason.
   */
  busy?(): void;
  /** The room was stopped, with the administrator's message. The connection is restored when the room opens. */
  stopped?(message: string): void;
  /** The room has refused a request as too fast. The connection sends it again after this many seconds. */
  waiting?(seconds: number): void;
  /**
   * The session has begun, or has another token. {@link RoomConnection.resume} continues it with the last of these. It is
   * as secret as a password while the session lasts.
   */
  session?(session: SavedSession): void;
}

export interface ConnectOptions extends RoomHandlers {
  /** ws://… or wss://… */
  readonly url: string;
  readonly timing?: Partial<Timing>;
  /** Aborting it ends the attempts at the first connection: `connect` rejects with a {@link ConnectionEndedError}. */
  readonly signal?: AbortSignal | undefined;
  /** Whether to wait for a stopped room to open, and log in again. Needs `keepPassword`. */
  readonly reconnectAfterStop?: boolean;
}

export interface LoginOptions {
  /**
   * Keeps the password in memory. The connection uses it to log in again if the session ended while the connection was
   * lost, unless an administrator ended it. Without the password the connection then ends as `lost`.
   */
  readonly keepPassword?: boolean;
  /** A new password. Required after the refusal `password-change-required`. */
  readonly newPassword?: string | undefined;
  /** Whether to replace a session of the same user that is alive. Otherwise the login is refused: `already-online`. */
  readonly takeOver?: boolean;
}

/** A connection to a room. It survives losses and handovers. Made by `connect`. */
export class RoomConnection {
  readonly #handlers: RoomHandlers;
  readonly #timing: Timing;
  readonly #ended = deferred<Ending>();
  readonly #transport: Transport;
  readonly #requests: Requests;
  /** Whether the room is reached over TLS. */
  readonly isEncrypted: boolean;
  #session: Session | undefined;
  /** Events that arrived after the room accepted the login and before its reply arrived. */
  readonly #early: RoomEvent[] = [];
  #deliveries: Promise<void> = Promise.resolve();
  #isOver = false;
  #hasFailed = false;
  #leaving: Promise<void> | undefined;
  readonly #reconnectAfterStop: boolean;
  /** Whether the room is stopped and the connection waits for it to open. */
  #isStopped = false;

  private constructor(platform: Platform, { url, timing, reconnectAfterStop = false, ...handlers }: ConnectOptions) {
    this.#handlers = handlers;
    this.#reconnectAfterStop = reconnectAfterStop;
    this.#timing = { ...defaultTiming, ...timing };
    this.isEncrypted = URL.canParse(url) && new URL(url).protocol === 'wss:';
    this.#transport = new Transport({
      url,
      platform,
      timing: this.#timing,
      restore: async (link) => this.#session?.moveTo(link),
      isFinal: (error) => isFinal(error, this.#reconnectAfterStop),
      hasSession: () => this.#session !== undefined,
      isPatient: () => this.#isStopped,
      isAsking: () => this.#requests.isAsking,
      event: (event) => this.#receive(event),
      lost: () => this.#lost(),
      restored: (after) => this.#restored(after),
      busy: () => this.#handlers.busy?.(),
      givenUp: (error) => this.#end(endingAfter(error)),
    });
    this.#requests = new Requests({
      timing: this.#timing,
      link: () => this.#transport.link(),
      waiting: (seconds) => this.#handlers.waiting?.(seconds),
      renew: (link) => {
        if (this.#session) this.#transport.renew(link);
        return this.#session !== undefined;
      },
    });
  }

  /** See `connect`. */
  static async open(platform: Platform, options: ConnectOptions): Promise<RoomConnection> {
    const room = new RoomConnection(platform, options);
    const { signal } = options;
    const end = () => room.#transport.end();
    signal?.addEventListener('abort', end, { once: true });
    try {
      if (signal?.aborted) end();
      await room.#transport.open();
      return room;
    } catch (error) {
      end();
      throw error;
    } finally {
      signal?.removeEventListener('abort', end);
    }
  }

  /** Resolves when the connection has ended and all messages before that have been shown. */
  get ended(): Promise<Ending> {
    return this.#ended.promise;
  }

  /** The user logged in, as registered. */
  get user(): string | undefined {
    return this.#session?.user;
  }

  /**
   * Sends a request. While the connection is lost, the request waits for the next one. After a loss, a request without
   * a reply is repeated, as the action's `repeat` in the protocol allows; a message is committed once. A request that
   * the room refuses as too fast was not carried out: it is sent again when the room takes it. If the room refuses it as
   * `not-logged-in` after a login, the connection resumes the session, sends it again once, or ends.
   * @throws {RefusalError | GatewayError | RequestTimeoutError | ConnectionLostError | ConnectionEndedError}
   * @throws {UnexpectedReplyError | RequestTooLargeError}
   */
  request<A extends Exclude<Action, OwnAction>>(action: A, args: Arguments<A>): Promise<Result<A>> {
    return this.#requests.send(action, args);
  }

  /**
   * Logs in. Then shows missed messages (`missed`), and after them new messages.
   * @throws as {@link request}.
   */
  async login(
    user: string,
    password: string,
    { keepPassword = false, newPassword, takeOver = false }: LoginOptions = {},
  ): Promise<Result<'login'>> {
    const args = { user, password, ...(newPassword !== undefined && { newPassword }), ...(takeOver && { takeOver }) };
    const result = await this.#requests.send('login', args).catch((error: unknown) => {
      // A connection accepts only one login, so the next attempt uses a new connection.
      if (mayBeDone(error)) this.#transport.current?.drop();
      throw error;
    });
    const kept = keepPassword ? (newPassword ?? password) : undefined;
    this.#begin(this.#newSession({ user: result.user, tokens: [result.token], password: kept }));
    return result;
  }

  /**
   * Continues the session of an earlier connection. Then shows messages as after a login.
   * @throws as {@link request}: `bad-token` if the session has ended, `kicked` if an administrator has ended it.
   */
  async resume(saved: SavedSession): Promise<void> {
    const session = this.#newSession({ ...saved, password: undefined });
    const link = await this.#transport.link();
    await session.moveTo(link).catch((error: unknown) => {
      // A connection accepts only one session.
      if (mayBeDone(error)) link.drop();
      throw error;
    });
    this.#begin(session);
  }

  #newSession(loggedIn: SavedSession & { readonly password: string | undefined }): Session {
    const { message: show } = this.#handlers;
    const feed =
      show &&
      new Feed({
        timing: this.#timing,
        sync: (args) => this.#requests.send('sync', args),
        acknowledge: (shown) => this.#transport.current?.tell('ack', shown),
        enqueue: (task) => this.#enqueue(task),
        show: (message, missed) => show(message, { missed }),
      });
    return new Session({ ...loggedIn, feed, saved: (session) => this.#handlers.session?.(session) });
  }

  #begin(session: Session): void {
    this.#session = session;
    // The caller gets the result of the login before any message.
    setTimeout(() => {
      session.feed?.catchUp();
      for (const event of this.#early.splice(0)) this.#receive(event);
    });
  }

  /**
   * Changes the password of the user logged in.
   * @throws as {@link request}.
   */
  async changePassword(oldPassword: string, newPassword: string): Promise<void> {
    const session = this.#session;
    const newToken = session?.nextToken();
    await this.#requests.send('passwd', { oldPassword, newPassword, ...(newToken !== undefined && { newToken }) });
    if (newToken !== undefined) session?.changed(newPassword, newToken);
  }

  /** Resolves when all missed messages have been shown; before a login, at once. */
  async caughtUp(): Promise<void> {
    await this.#session?.feed?.caughtUp();
  }

  /**
   * Resolves when the stream has been shown up to this number, such as the number in the reply to a broadcast.
   * @throws {ConnectionEndedError}
   */
  async shown(stream: StreamName, seq: number): Promise<void> {
    await this.#session?.feed?.shown(stream, seq);
  }

  /** Acknowledges shown messages, logs out and closes. Does nothing after the end. */
  async leave(): Promise<void> {
    if (this.#isOver) return;
    this.#leaving ??= this.#logOut(this.#deliveries).then(() => this.#end({ reason: 'logout' }));
    await this.#leaving;
  }

  /**
   * Ends the connection without a logout, as when a page is left: {@link resume} continues the session within the room's
   * grace period. Nothing is shown any more, and `ended` stays pending.
   */
  suspend(): void {
    this.#isOver = true;
    // A browser may drop the acknowledgement of a page that is left.
    this.#session?.save();
    this.#session?.feed?.acknowledge();
    this.#session?.feed?.stop();
    this.#transport.end()?.drop();
    this.#requests.end();
  }

  /** Logs out after the pending messages have been shown, or after a timeout. */
  async #logOut(deliveries?: Promise<void>): Promise<void> {
    const done = new AbortController();
    const enough = sleep(this.#timing.logout, done.signal);
    // The connection is lost or the room did not answer. Closing the socket also logs out.
    await Promise.race([this.#sayGoodbye(deliveries), enough]).catch(() => {});
    done.abort();
  }

  async #sayGoodbye(deliveries?: Promise<void>): Promise<void> {
    const session = this.#session;
    if (!session) return;
    // The logout would not acknowledge what is shown from now on, and the next login would show it again.
    session.feed?.stop();
    await deliveries;
    const link = await this.#transport.lastLink();
    if (!link) return;
    await this.#requests.sendOver(link, 'logout', session.feed?.shownUpTo ?? {});
  }

  #receive(event: RoomEvent): void {
    if (this.#isOver) return;
    switch (event.event) {
      case 'timeout':
        return this.#end({ reason: 'timeout', seconds: event.seconds });
      case 'kicked':
        return this.#end({ reason: 'kicked', why: event.reason });
      case 'stop': {
        const { message, retryAfter } = event;
        if (this.#reconnectAfterStop && this.#session?.password !== undefined) return this.#waitForStart(message);
        return this.#end({ reason: 'stop', message, ...(retryAfter !== undefined && { retryAfter }) });
      }
      case 'replaced':
        return this.#end({ reason: 'replaced' });
      case 'are-you-there':
        // The link has answered. What was posted meanwhile may be lost.
        return this.#session?.feed?.readOn();
      case 'login':
      case 'logout':
      case 'presence':
        if (!this.#session) this.#early.push(event);
        else this.#enqueue(() => this.#handlers.notice?.(event));
        return;
      default:
        if (!this.#session) this.#early.push(event);
        else this.#session.feed?.take(event);
    }
  }

  #waitForStart(message: string): void {
    this.#isStopped = true;
    this.#session?.ended();
    this.#enqueue(() => this.#handlers.stopped?.(message));
    this.#transport.current?.drop();
  }

  #lost(): void {
    if (this.#leaving !== undefined) return this.#end({ reason: 'logout' });
    this.#early.length = 0;
    if (!this.#isStopped && !this.#hasFailed) this.#handlers.connection?.('lost');
  }

  #restored(after: 'loss' | 'handover' | 'rest'): void {
    this.#isStopped = false;
    this.#session?.feed?.catchUp();
    if (after === 'loss') this.#handlers.connection?.('restored');
  }

  /** Runs a task after all messages before it have been shown. */
  #enqueue(task: () => void | Promise<void>): void {
    this.#deliveries = this.#deliveries
      .then(() => (this.#hasFailed ? undefined : task()))
      .catch(async (cause: unknown) => {
        this.#hasFailed = true;
        // Acknowledges the messages before this one.
        await this.#logOut();
        this.#end({ reason: 'failed', cause });
      });
  }

  #end(ending: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#session?.feed?.stop();
    this.#transport.end()?.close();
    this.#requests.end();
    void this.#deliveries.then(() => this.#ended.resolve(ending));
  }
}
