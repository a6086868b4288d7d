import { tables } from '../../functions/aws/names.ts';
import { type FunctionName, functions } from '../../infra/functions.ts';
import type { Post } from './machine.ts';
import { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

type Handler = (event: unknown, context: object) => Promise<unknown>;

export type Result = { readonly payload: unknown } | { readonly error: string };

interface Environment {
  readonly process: SimulatedProcess;
  readonly handler: Handler;
}

/** Lambda waits one minute before the first retry of an asynchronous event, and two before the second. */
const retryDelays = [60_000, 120_000];

/** A function that makes more calls in one invocation than this makes no progress. */
const mostCalls = 500;

/** Lambda: environments that are frozen between invocations, killed, and run out of time. */
export class Lambda {
  readonly #world: World;
  readonly #idle = new Map<FunctionName, Environment[]>();
  #started = 0;
  /** Connections whose next frame gets a slow environment. */
  readonly #slow = new Set<string>();
  /** Invocations that have not ended. */
  running = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** The next frame of a connection gets an environment that stands still for a moment. */
  slowDown(connectionId: string): void {
    this.#slow.add(connectionId);
  }

  /** Runs a function, and calls back with its result. */
  invoke(name: FunctionName, event: object, done: (result: Result) => void): void {
    const { scheduler, history } = this.#world;
    this.running += 1;
    const idle = this.#idle.get(name) ?? [];
    const warm = idle.pop();
    const coldStart = scheduler.random.between(50, 400);
    scheduler.after(warm ? this.#world.latency(1, 2) : coldStart, () => {
      const environment = warm ?? this.#start(name);
      this.#run(name, environment, event, (result) => {
        this.running -= 1;
        if (this.running === 0 && history.isCalmDay) history.checkCount('no function is running');
        done(result);
      });
    });
  }

  /** Accepts an asynchronous invocation. */
  queue(process: SimulatedProcess, { path, body }: Post, answer: (status: number | undefined) => void): void {
    const { scheduler, weather } = this.#world;
    const name = path.split('/')[3] as FunctionName;
    const fails = scheduler.random.chance(weather.post.before);
    const answered = !scheduler.random.chance(weather.post.after);
    const arrive = () => {
      scheduler.note(`${process.name} invokes ${name}${fails ? ': failed' : ''}`);
      if (!fails) this.schedule(name, JSON.parse(body));
      scheduler.after(this.#world.latency(5, 10), () => answer(fails || !answered ? 500 : 202));
    };
    scheduler.after(this.#world.latency(5, 10), () => process.send(arrive));
  }

  /** Runs a function asynchronously: at least once, with the retries of its settings. */
  schedule(name: FunctionName, event: object): void {
    const { scheduler, weather } = this.#world;
    const times = scheduler.random.chance(weather.invocation.twice) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      const isLate = scheduler.random.chance(weather.invocation.late);
      scheduler.after(isLate ? scheduler.random.between(0, 20_000) : scheduler.random.between(5, 50), () =>
        this.#attempt(name, event, 0),
      );
    }
  }

  #attempt(name: FunctionName, event: object, attempt: number): void {
    this.invoke(name, event, (result) => {
      const retries = functions[name].asynchronous?.retries ?? 0;
      if ('payload' in result || attempt >= retries) return;
      this.#world.scheduler.after(retryDelays[attempt] ?? 0, () => this.#attempt(name, event, attempt + 1));
    });
  }

  #start(name: FunctionName): Environment {
    const { scheduler, weather, programs } = this.#world;
    this.#started += 1;
    const skew = scheduler.random.between(-weather.skew, weather.skew);
    const process = new SimulatedProcess(this.#world, `${name}#${this.#started}`, skew);
    const program = programs.get(`${name}.lambda`);
    if (!program) throw new Error(`there is no function ${name}`);
    const { handler } = program(process, environmentOf(name)) as { handler: Handler };
    return { process, handler };
  }

  #run(name: FunctionName, environment: Environment, event: object, done: (result: Result) => void): void {
    const { scheduler, weather } = this.#world;
    const { process, handler } = environment;
    let isOver = false;
    const end = (result: Result) => {
      if (isOver) return;
      isOver = true;
      timeout.cancelled = true;
      if ('error' in result && this.#world.history.isPerfectDay)
        this.#world.violated(`${process.name} fails: ${result.error}`);
      if ('error' in result) process.kill();
      else {
        // Lambda freezes the environment. What the function did not wait for happens later, or never.
        if (process.unanswered !== undefined)
          this.#world.violated(`${process.name} ends, and has not waited for ${process.unanswered}`);
        process.freeze();
        this.#idle.set(name, [...(this.#idle.get(name) ?? []), environment]);
      }
      scheduler.after(this.#world.latency(0.5, 1), () => done(result));
    };
    const kill = (why: string) => {
      if (isOver) return;
      scheduler.note(`${process.name} is killed: ${why}`);
      end({ error: why });
    };
    const milliseconds = functions[name].timeout * 1000;
    const timeout = scheduler.after(milliseconds, () => kill('timed out'));
    if (scheduler.random.chance(weather.kill)) {
      const within = scheduler.random.chance(0.5) ? 40 * weather.latency : 2_000;
      scheduler.after(scheduler.random.between(0, within), () => kill('killed'));
    }
    if (scheduler.random.chance(weather.stall)) {
      const length = scheduler.random.pick([1_500, 4_000, 12_000]);
      scheduler.after(scheduler.random.between(0, 100 * weather.latency), () => {
        scheduler.note(`${process.name} stalls`);
        process.stall(scheduler.random.between(0, length));
      });
    }
    if (this.#slow.delete(connectionOf(event))) {
      // Most often while the function waits for its first reads.
      const within = scheduler.random.pick([8, 8, 40]) * weather.latency;
      scheduler.after(scheduler.random.between(0, within), () => {
        if (isOver) return;
        scheduler.note(`${process.name} stands still`);
        process.stall(scheduler.random.between(200, 900));
      });
    }
    process.callsLeft = mostCalls;
    process.thaw();
    const context = { awsRequestId: process.bytes(8).toString('hex'), getRemainingTimeInMillis: () => milliseconds };
    handler(JSON.parse(JSON.stringify(event)), context).then(
      (payload) => end({ payload }),
      (error: unknown) => {
        this.#world.logged(process, 'the function failed', error, {});
        end({ error: String(error) });
      },
    );
  }
}

const connectionOf = (event: { requestContext?: { connectionId?: string } }) =>
  event.requestContext?.connectionId ?? '';

/** The environment variables of a function. */
function environmentOf(name: FunctionName): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(tables).map(([table, { variable }]) => [variable, table])),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_LOG_GROUP_NAME: 'log',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: 'https://connections.invalid',
    FANOUT_FUNCTION: 'fanout',
    NOTICES_FUNCTION: 'notices',
    SWEEPER_FUNCTION: 'sweeper',
    ROOM_BUCKET: 'bucket',
    ROOM_KIND: 'local',
    PASSWORD_COST: '1',
    ADMIN_SLICE_MS: '200',
  };
}
