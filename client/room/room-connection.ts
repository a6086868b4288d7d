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
import { ConnectionEndedError, ConnectionLostError, isThrottled, RefusalError } from './errors.ts';
import { Feed } from './feed.ts';
import { Pace } from './pace.ts';
import { Session } from './session.ts';
import type { ShownMessage, StreamName } from './stream-order.ts';
import { backoffOfGuest, defaultTiming, elapsed, type Moment, type Timing, thisMoment } from './timing.ts';
import { isStopped, Transport } from './transport.ts';

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
  notice?(notice: EventOf<'login' | 'logout' | 'presence'>): void;
  /** The connection was lost and is being restored, or has been restored. */
  connection?(state: 'lost' | 'restored'): void;
  /** The room is full, or too many clients connect from this address. The first connection is tried again for a while. */
  busy?(): void;
  /** The room was stopped, with the administrator's message. The connection is restored when the room opens. */
  stopped?(message: string): void;
  /** The room has refused a request as too fast. The connection sends it again after this many seconds. */
  waiting?(seconds: number): void;
}

export interface ConnectOptions extends RoomHandlers {
  /** ws://… or wss://… */
  readonly url: string;
  readonly timing?: Partial<Timing>;
  /** Whether to wait for a stopped room to open, and log in again. Needs `keepPassword`. */
  readonly reconnectAfterStop?: boolean;
}

/** Why a connection ended, other than by `leave()`. `seconds` is the room's TIME_OUT; `retryAfter` is in seconds. */
export type ForcedEnding =
  | { readonly reason: 'timeout'; readonly seconds: number }
  | { readonly reason: 'kicked'; readonly why: string }
  | { readonly reason: 'stop'; readonly message?: string; readonly retryAfter?: number }
  /** The session continues over another program's connection. */
  | { readonly reason: 'replaced' }
  /** The connection was lost and could not be restored. */
  | { readonly reason: 'lost'; readonly cause: unknown }
  /** A handler failed. */
  | { readonly reason: 'failed'; readonly cause: unknown };

/** Why a connection ended. */
export type Ending = { readonly reason: 'logout' } | ForcedEnding;

export interface LoginOptions {
  /**
   * Keeps the password in memory. The connection uses it to log in again if the session ended while the connection was
   * lost. Without the password the connection then ends as `lost`.
   */
  readonly keepPassword?: boolean;
  /** A new password. Required after the refusal `password-change-required`. */
  readonly newPassword?: string | undefined;
  /** Whether to replace a session of the same user that is alive. Otherwise the login is refused: `already-online`. */
  readonly takeOver?: boolean;
}

/** A request: its id, and when it was sent first. Undefined: the room has certainly not carried it out. */
interface Sent {
  readonly id: string;
  at: Moment | undefined;
}

/** Whether this refusal of a repeated request means that the first sending succeeded. */
const meansDone = (error: unknown, repeat: Command['repeat']) =>
  error instanceof RefusalError && typeof repeat === 'object' && error.code === repeat.doneIf;

/**
 * The error of a pending request when the connection ends. A request that may have been carried out is not reported as
 * unsent.
 */
const unanswered = (repeat: Command['repeat'], sentAt: Moment | undefined, ended: Error) =>
  sentAt === undefined || repeat === 'as-is' ? ended : new ConnectionLostError();

/**
 * Whether a refused login means that the session continues over another program's connection. A room of an earlier version
 * gives no time, and may mean this program's own dead connection.
 */
const isReplaced = (error: unknown) =>
  error instanceof RefusalError && error.code === 'already-online' && error.details.since !== undefined;

/** Temporary refusals of a resume or a login. */
const passing: ReadonlySet<string> = new Set(['room-full', 'rate-limited', 'internal', 'already-online']);

/** How a connection ends that could not be restored. */
function endingAfter(error: unknown): ForcedEnding {
  if (isReplaced(error)) return { reason: 'replaced' };
  return isStopped(error) ? { reason: 'stop' } : { reason: 'lost', cause: error };
}

/** A connection to a room. It survives losses and handovers. Made by {@link connect}. */
export class RoomConnection {
  readonly #handlers: RoomHandlers;
  readonly #timing: Timing;
  readonly #ended = deferred<Ending>();
  readonly #transport: Transport;
  readonly #pace: Pace;
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

  private constructor({ url, timing, reconnectAfterStop = false, ...handlers }: ConnectOptions) {
    this.#handlers = handlers;
    this.#reconnectAfterStop = reconnectAfterStop;
    this.#timing = { ...defaultTiming, ...timing };
    this.#pace = new Pace({
      longest: this.#timing.tooFast,
      waiting: (seconds) => this.#handlers.waiting?.(seconds),
    });
    this.isEncrypted = URL.canParse(url) && new URL(url).protocol === 'wss:';
    this.#transport = new Transport({
      url,
      timing: this.#timing,
      restore: async (link) => this.#session?.moveTo(link),
      isFinal: (error) => !this.#mayPass(error),
      hasSession: () => this.#session !== undefined,
      isPatient: () => this.#isStopped,
      event: (event) => this.#receive(event),
      lost: () => this.#lost(),
      restored: (after) => this.#restored(after),
      busy: () => this.#handlers.busy?.(),
      givenUp: (error) => this.#end(endingAfter(error)),
    });
  }

  /** See {@link connect}. */
  static async open(options: ConnectOptions): Promise<RoomConnection> {
    const room = new RoomConnection(options);
    await room.#transport.open();
    return room;
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
   * the room refuses as too fast was not carried out: it is sent again when the room takes it.
   * @throws {RefusalError | GatewayError | RequestTimeoutError | ConnectionLostError | ConnectionEndedError | UnexpectedReplyError | RequestTooLargeError}
   */
  request<A extends Exclude<Action, OwnAction>>(action: A, args: Arguments<A>): Promise<Result<A>> {
    return this.#request(action, args);
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
    const result = await this.#request('login', args).catch((error: unknown) => {
      // The login may have been carried out. A connection accepts only one login, so the next attempt uses a new
      // connection.
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
    // The caller gets the result of the login before any message.
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

  /** Logs out after the pending messages have been shown, or after a timeout. */
  async #logOut(deliveries?: Promise<void>): Promise<void> {
    const enough = sleep(this.#timing.logout, undefined, { ref: false });
    // The connection is lost or the room did not answer. Closing the socket also logs out.
    await Promise.race([this.#sayGoodbye(deliveries), enough]).catch(() => {});
  }

  async #sayGoodbye(deliveries?: Promise<void>): Promise<void> {
    const link = this.#transport.current;
    const session = this.#session;
    if (!link || !session) return;
    // The logout would not acknowledge what is shown from now on, and the next login would show it again.
    session.feed?.stop();
    await deliveries;
    await this.#pace.send(() => link.request('logout', session.feed?.shownUpTo ?? {}));
  }

  #request<A extends Action>(action: A, args: Arguments<A>): Promise<Result<A>> {
    const sending: Sent = { id: randomUUID(), at: undefined };
    return this.#pace.send(() => this.#send(action, args, sending));
  }

  async #send<A extends Action>(action: A, args: Arguments<A>, sent: Sent): Promise<Result<A>> {
    const { repeat, who }: Command = commands[action];
    const startedAt = thisMoment();
    for (let attempt = 0; ; attempt += 1) {
      const link = await this.#transport.link().catch((error: Error) => {
        throw unanswered(repeat, sent.at, error);
      });
      const again = sent.at !== undefined;
      if (sent.at !== undefined && repeat === 'marked' && elapsed(sent.at) > this.#timing.repeat) {
        throw new ConnectionLostError();
      }
      if (link.isOpen) sent.at ??= thisMoment();
      try {
        return await link.request(action, args, { id: sent.id, again: again && repeat === 'marked' });
      } catch (error) {
        // An action with `doneIf` has no result.
        if (again && meansDone(error, repeat)) return {} as Result<A>;
        // A refusal of the only sending means that nothing was carried out.
        if (!again && (error instanceof RefusalError || isThrottled(error, who))) sent.at = undefined;
        const pause = isThrottled(error, who) && !this.#isOver ? backoffOfGuest(attempt, this.#timing) : undefined;
        if (pause !== undefined && elapsed(startedAt) + pause < this.#timing.patience) {
          await sleep(pause, undefined, { ref: false });
          continue;
        }
        if (!(error instanceof ConnectionLostError)) throw this.#isOver ? new ConnectionEndedError() : error;
        if (this.#isOver) throw unanswered(repeat, sent.at, new ConnectionEndedError());
        if (sent.at !== undefined && repeat === 'never') throw error;
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

  /** Whether another attempt may succeed after this connection error. */
  #mayPass(error: unknown): boolean {
    if (isStopped(error)) return this.#reconnectAfterStop;
    if (isReplaced(error)) return false;
    return !(error instanceof RefusalError) || passing.has(error.code);
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
    this.#pace.stop();
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
