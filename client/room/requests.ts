import { type Action, type Arguments, type Command, commands, type Result } from '../../protocol/index.ts';
import { ConnectionEndedError, ConnectionLostError, GatewayError, RefusalError } from './errors.ts';
import { type Link, newId } from './link.ts';
import { Pace } from './pace.ts';
import { sleep } from './timers.ts';
import { backoffOfGuest, elapsed, type Moment, type Timing, thisMoment } from './timing.ts';

export interface RequestsOptions {
  readonly timing: Timing;
  /**
   * The link to send over. Resolves when there is one.
   * @throws {ConnectionEndedError}
   */
  link(): Promise<Link>;
  /** The room has refused a request as too fast. It is sent again after this many seconds. */
  waiting(seconds: number): void;
  /** The room knows no session on this link. @returns whether another link continues the session now. */
  renew(link: Link): boolean;
}

/** A request that has no reply yet. It keeps its id when it is sent again. */
interface Pending {
  readonly id: string;
  /** When it was sent first. Undefined while the room has certainly not carried it out. */
  sentAt: Moment | undefined;
}

/**
 * Whether API Gateway has throttled this very request. Its errors do not name their frame: a member's error could belong
 * to an `ack`, which has no reply.
 */
const isThrottled = (error: unknown, who: Command['who']) =>
  error instanceof GatewayError && error.isThrottled && who === 'guest';

const isLoggedOut = (error: unknown) => error instanceof RefusalError && error.code === 'not-logged-in';

/** Whether this refusal of a repeated request means that the first sending succeeded. */
const meansDone = (error: unknown, repeat: Command['repeat']) =>
  error instanceof RefusalError && typeof repeat === 'object' && error.code === repeat.doneIf;

/**
 * Whether a refused repeat leaves open what became of the first sending: the room gives these refusals before it looks
 * for that one.
 */
const leavesOpen = (error: unknown, repeat: Command['repeat']) =>
  repeat !== 'as-is' && (isLoggedOut(error) || (error instanceof RefusalError && error.code === 'rate-limited'));

/**
 * The error of a pending request when the connection ends. A request that may have been carried out is not reported as
 * unsent.
 */
const unanswered = (repeat: Command['repeat'], sentAt: Moment | undefined, ended: Error) =>
  sentAt === undefined || repeat === 'as-is' ? ended : new ConnectionLostError();

/**
 * Sends requests, each until it has a reply: again over the next link after a loss, as the action's `repeat` in the
 * protocol allows, and again after a pause if it was too fast for the room or for API Gateway.
 */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #pace: Pace;
  readonly #ended = new AbortController();
  #unanswered = 0;

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#pace = new Pace({ longest: options.timing.tooFast, waiting: (seconds) => options.waiting(seconds) });
  }

  /** Sends a request over whichever link there is, once or several times. */
  send<A extends Action>(action: A, args: Arguments<A>): Promise<Result<A>> {
    const pending: Pending = { id: newId(), sentAt: undefined };
    const { repeat }: Command = commands[action];
    this.#unanswered += 1;
    return this.#pace
      .send(() => this.#sendUntilAnswered(action, args, pending))
      .catch((error: Error) => {
        throw pending.sentAt !== undefined && leavesOpen(error, repeat) ? new ConnectionLostError() : error;
      })
      .finally(() => {
        this.#unanswered -= 1;
      });
  }

  /** Whether a request has no answer yet. It may wait to be sent again. */
  get isAsking(): boolean {
    return this.#unanswered > 0;
  }

  /** Sends a request over this link alone. After a loss it is not repeated. */
  sendOver<A extends Action>(link: Link, action: A, args: Arguments<A>): Promise<Result<A>> {
    return this.#pace.send(() => link.request(action, args));
  }

  /** The connection has ended: every request that still waits fails at once. */
  end(): void {
    this.#ended.abort();
    this.#pace.stop();
  }

  get #hasEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  async #sendUntilAnswered<A extends Action>(action: A, args: Arguments<A>, pending: Pending): Promise<Result<A>> {
    const { repeat, who }: Command = commands[action];
    const { timing } = this.#options;
    const startedAt = thisMoment();
    let isRenewed = false;
    for (let attempt = 0; ; attempt += 1) {
      const link = await this.#options.link().catch((error: Error) => {
        throw unanswered(repeat, pending.sentAt, error);
      });
      const again = pending.sentAt !== undefined;
      if (pending.sentAt !== undefined && repeat === 'marked' && elapsed(pending.sentAt) > timing.repeat) {
        throw new ConnectionLostError();
      }
      if (link.isOpen) pending.sentAt ??= thisMoment();
      try {
        return await link.request(action, args, { id: pending.id, again: again && repeat === 'marked' });
      } catch (error) {
        // An action with `doneIf` has no result.
        if (again && meansDone(error, repeat)) return {} as Result<A>;
        // A refusal of the only sending means that nothing was carried out.
        if (!again && (error instanceof RefusalError || isThrottled(error, who))) pending.sentAt = undefined;
        if (!isRenewed && isLoggedOut(error) && !this.#hasEnded) {
          isRenewed = this.#options.renew(link);
          if (isRenewed && repeat !== 'never') continue;
        }
        if (isThrottled(error, who) && !this.#hasEnded) {
          const pause = backoffOfGuest(attempt, timing);
          if (elapsed(startedAt) + pause < timing.patience) {
            await sleep(pause, this.#ended.signal).catch(() => {});
            continue;
          }
        }
        if (!(error instanceof ConnectionLostError)) throw this.#hasEnded ? new ConnectionEndedError() : error;
        if (this.#hasEnded) throw unanswered(repeat, pending.sentAt, new ConnectionEndedError());
        if (pending.sentAt !== undefined && repeat === 'never') throw error;
      }
    }
  }
}
