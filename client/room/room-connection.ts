import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Action,
  type Arguments,
  type Command,
  commands,
  type EventOf,
  type Result,
  type RoomEvent,
} from '../../protocol/index.ts';
import { deferred } from './deferred.ts';
import { ConnectionEndedError, ConnectionLostError, RefusalError } from './errors.ts';
import { Feed, type ShownMessage } from './feed.ts';
import { Session } from './session.ts';
import type { StreamName } from './stream-order.ts';
import { defaultTiming, type Timing } from './timing.ts';
import { isStopped, Transport } from './transport.ts';

/** The actions that the connection takes care of itself. */
type OwnAction = 'login' | 'resume' | 'ping' | 'sync' | 'ack' | 'passwd' | 'logout';

export interface RoomHandlers {
  /**
   * Takes a message: a stream's messages come in order, each once, one after the other. It counts as shown, and is
   * acknowledged, when this returns or its promise resolves; if it fails, the connection ends. `missed`: it came
   * while one was away. Without this handler no message is asked for, and all of them wait for who reads them.
   */
  message?(message: ShownMessage, context: { missed: boolean }): void | Promise<void>;
  /** Somebody has come or gone. */
  notice?(notice: EventOf<'login' | 'logout' | 'presence'>): void;
  /** The connection was lost, and is being made again; or it has been. */
  connection?(state: 'lost' | 'restored'): void;
  /** The room was stopped, and says why; the connection is made again when it opens. */
  stopped?(message: string): void;
}

export interface ConnectOptions extends RoomHandlers {
  /** ws://… or wss://… */
  readonly url: string;
  readonly timing?: Partial<Timing>;
  /** Whether to wait, when the room is stopped, until it opens again, and to log in anew: the password must be kept. */
  readonly returns?: boolean;
}

/** Why a connection is over that the user did not leave; `seconds` is the room's TIME_OUT, `retryAfter` seconds too. */
export type ForcedEnding =
  | { readonly reason: 'timeout'; readonly seconds: number }
  | { readonly reason: 'kicked'; readonly why: string }
  | { readonly reason: 'stop'; readonly message?: string; readonly retryAfter?: number }
  /** The session went on over another connection, which is not this program's. */
  | { readonly reason: 'replaced' }
  /** It was lost, and could not be restored. */
  | { readonly reason: 'lost'; readonly cause: unknown }
  /** A handler failed. */
  | { readonly reason: 'failed'; readonly cause: unknown };

/** Why a connection is over. */
export type Ending = { readonly reason: 'logout' } | ForcedEnding;

export interface LoginOptions {
  /**
   * Keeps the password in memory, to log in again when the session has ended while the connection was away.
   * Without it such a connection ends as `lost`.
   */
  readonly keepPassword?: boolean;
  /** The password from this login on; asked for by the refusal `password-change-required`. */
  readonly newPassword?: string | undefined;
}

/** Whether a request that is sent again was refused because its first sending was carried out. */
const meansDone = (error: unknown, repeat: Command['repeat']) =>
  error instanceof RefusalError && typeof repeat === 'object' && error.code === repeat.doneIf;

/** What to say of a request when no connection is to be had any more: what may have been done is not to be called unsent. */
const unanswered = (repeat: Command['repeat'], sentAt: number | undefined, ended: Error) =>
  sentAt === undefined || repeat === 'as-is' ? ended : new ConnectionLostError();

/**
 * Refusals of a resume or a login after which trying again may help. The one who is online already is most likely this very
 * program, over a connection that the room has not yet noticed to be dead.
 */
const passing: ReadonlySet<string> = new Set(['room-full', 'rate-limited', 'internal', 'already-online']);

/** A connection to a room, which stays one through losses and handovers. Made by {@link connect}. */
export class RoomConnection {
  readonly #handlers: RoomHandlers;
  readonly #timing: Timing;
  readonly #ended = deferred<Ending>();
  readonly #transport: Transport;
  #session: Session | undefined;
  /** What came between the room's login and our knowing of it. */
  readonly #early: RoomEvent[] = [];
  #deliveries: Promise<void> = Promise.resolve();
  #isOver = false;
  #hasFailed = false;
  #leaving: Promise<void> | undefined;
  readonly #returns: boolean;
  /** Whether the room said that it is stopped, and this waits for it. */
  #isStopped = false;

  private constructor({ url, timing, returns = false, ...handlers }: ConnectOptions) {
    this.#handlers = handlers;
    this.#returns = returns;
    this.#timing = { ...defaultTiming, ...timing };
    this.#transport = new Transport({
      url,
      timing: this.#timing,
      restore: async (link) => this.#session?.moveTo(link),
      isFinal: (error) => !this.#mayPass(error),
      isPatient: () => this.#isStopped,
      event: (event) => this.#receive(event),
      lost: () => this.#lost(),
      restored: (after) => this.#restored(after),
      givenUp: (error) => this.#end(isStopped(error) ? { reason: 'stop' } : { reason: 'lost', cause: error }),
    });
  }

  /** See {@link connect}. */
  static async open(options: ConnectOptions): Promise<RoomConnection> {
    const room = new RoomConnection(options);
    await room.#transport.open();
    return room;
  }

  /** Resolves when the connection is over for good, after everything that came before has been shown. */
  get ended(): Promise<Ending> {
    return this.#ended.promise;
  }

  /** The user logged in, as registered. */
  get user(): string | undefined {
    return this.#session?.user;
  }

  /**
   * Asks the room something. While the connection is lost it waits for the next one; what was sent and not answered when it
   * was lost is sent again, as the action's entry in the protocol allows: a message is there once, whatever happens.
   * @throws {RefusalError | GatewayError | RequestTimeoutError | ConnectionLostError | ConnectionEndedError | UnexpectedReplyError | RequestTooLargeError}
   */
  request<A extends Exclude<Action, OwnAction>>(action: A, args: Arguments<A>): Promise<Result<A>> {
    return this.#request(action, args);
  }

  /**
   * Logs in; then everything missed is shown (`missed`), and what comes from now on.
   * @throws as {@link request}.
   */
  async login(
    user: string,
    password: string,
    { keepPassword = false, newPassword }: LoginOptions = {},
  ): Promise<Result<'login'>> {
    const args = { user, password, ...(newPassword !== undefined && { newPassword }) };
    const result = await this.#request('login', args).catch((error: unknown) => {
      // It may have been carried out, and a connection that is logged in takes no other login: the next one gets another.
      if (!(error instanceof RefusalError)) this.#transport.current?.drop();
      throw error;
    });
    const { message: show } = this.#handlers;
    const feed =
      show &&
      new Feed({
        timing: this.#timing,
        sync: (args) => this.#request('sync', args),
        acknowledge: (shown) => this.#transport.current?.tell('ack', shown),
        enqueue: (task) => this.#enqueue(task),
        show: (message, missed) => show(message, { missed }),
      });
    this.#session = new Session({
      user: result.user,
      token: result.token,
      password: keepPassword ? (newPassword ?? password) : undefined,
      feed,
    });
    // Who logs in hears of it before hearing of anything else.
    setImmediate(() => {
      feed?.catchUp();
      for (const event of this.#early.splice(0)) this.#receive(event);
    });
    return result;
  }

  /**
   * Changes the password of the user logged in.
   * @throws as {@link request}.
   */
  async changePassword(oldPassword: string, newPassword: string): Promise<void> {
    const session = this.#session;
    const newToken = session?.nextToken();
    await this.#request('passwd', { oldPassword, newPassword, ...(newToken !== undefined && { newToken }) });
    if (newToken !== undefined) session?.changed(newPassword, newToken);
  }

  /** Resolves when everything that was missed has been shown; at once before a login. */
  async caughtUp(): Promise<void> {
    await this.#session?.feed?.caughtUp();
  }

  /**
   * Resolves when a message that the room has told of, as in the reply to a broadcast, has been shown.
   * @throws {ConnectionEndedError}
   */
  async shown(stream: StreamName, seq: number): Promise<void> {
    await this.#session?.feed?.shown(stream, seq);
  }

  /** Leaves: acknowledges what was shown, logs out if logged in, and closes. Does nothing when it is over already. */
  async leave(): Promise<void> {
    if (this.#isOver) return;
    this.#leaving ??= this.#logOut(this.#deliveries).then(() => this.#end({ reason: 'logout' }));
    await this.#leaving;
  }

  /** Says goodbye, and what was shown, when that has been; or has had enough of waiting for it. */
  async #logOut(deliveries?: Promise<void>): Promise<void> {
    const enough = sleep(this.#timing.logout, undefined, { ref: false });
    // Gone already, or no answer: closing is a logout as well.
    await Promise.race([this.#sayGoodbye(deliveries), enough]).catch(() => {});
  }

  async #sayGoodbye(deliveries?: Promise<void>): Promise<void> {
    const link = this.#transport.current;
    if (!link || !this.#session) return;
    await deliveries;
    await link.request('logout', this.#session.feed?.shownUpTo ?? {});
  }

  async #request<A extends Action>(action: A, args: Arguments<A>): Promise<Result<A>> {
    const { repeat }: Command = commands[action];
    const id = randomUUID();
    let sentAt: number | undefined;
    for (;;) {
      const link = await this.#transport.link().catch((error: Error) => {
        throw unanswered(repeat, sentAt, error);
      });
      const again = sentAt !== undefined;
      if (sentAt !== undefined && repeat === 'marked' && Date.now() - sentAt > this.#timing.repeat) {
        throw new ConnectionLostError();
      }
      if (link.isOpen) sentAt ??= Date.now();
      try {
        return await link.request(action, args, { id, again: again && repeat === 'marked' });
      } catch (error) {
        // Of the actions whose refusal can mean that they are done, none has a result.
        if (again && meansDone(error, repeat)) return {} as Result<A>;
        if (!(error instanceof ConnectionLostError)) throw this.#isOver ? new ConnectionEndedError() : error;
        if (this.#isOver) throw unanswered(repeat, sentAt, new ConnectionEndedError());
        if (sentAt !== undefined && repeat === 'never') throw error;
      }
    }
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
        if (this.#returns && this.#session?.password !== undefined) return this.#waitForStart(message);
        return this.#end({ reason: 'stop', message, ...(retryAfter !== undefined && { retryAfter }) });
      }
      case 'replaced':
        return this.#end({ reason: 'replaced' });
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

  /** Whether another try may mend an error of connecting. */
  #mayPass(error: unknown): boolean {
    if (isStopped(error)) return this.#returns;
    return !(error instanceof RefusalError) || passing.has(error.code);
  }

  #waitForStart(message: string): void {
    this.#isStopped = true;
    this.#enqueue(() => this.#handlers.stopped?.(message));
    this.#transport.current?.drop();
  }

  #lost(): void {
    if (this.#leaving !== undefined) return this.#end({ reason: 'logout' });
    this.#early.length = 0;
    if (!this.#isStopped && !this.#hasFailed) this.#handlers.connection?.('lost');
  }

  #restored(after: 'loss' | 'handover'): void {
    this.#isStopped = false;
    this.#session?.feed?.catchUp();
    if (after === 'loss') this.#handlers.connection?.('restored');
  }

  /** Runs a task when everything before it has been shown. */
  #enqueue(task: () => void | Promise<void>): void {
    this.#deliveries = this.#deliveries
      .then(() => (this.#hasFailed ? undefined : task()))
      .catch(async (cause: unknown) => {
        this.#hasFailed = true;
        // What was taken before this does not come again.
        await this.#logOut();
        this.#end({ reason: 'failed', cause });
      });
  }

  #end(ending: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#session?.feed?.stop();
    this.#transport.end()?.close();
    void this.#deliveries.then(() => this.#ended.resolve(ending));
  }
}

/**
 * Connects to a room.
 *
 * @example
 * const room = await connect({
 *   url: 'ws://127.0.0.1:9000',
 *   message: (message) => console.log(message),
 * });
 * await room.login('facebook', 'wastingtime');
 * await room.request('message', { to: 'Columbia', text: 'hello' });
 * await room.leave();
 *
 * @throws {ConnectError} whose message is one line for a person.
 */
export function connect(options: ConnectOptions): Promise<RoomConnection> {
  return RoomConnection.open(options);
}
