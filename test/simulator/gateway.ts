import type { EventEmitter } from 'node:events';
import { type FunctionName, routes } from '../../infra/functions.ts';
import { Connection } from './connection.ts';
import type { ClientSocket, Post } from './machine.ts';
import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** API Gateway gives up on an integration after this time (ms). */
const integrationTimeout = 29_000;

const pong = JSON.stringify({ type: 'pong' });

/** API Gateway's WebSocket API: connections, routes, and the @connections API. */
export class Gateway {
  readonly #world: World;
  readonly #connections = new Map<string, Connection>();
  /** All connections that clients have opened, also those that have ended. */
  readonly #opened = new Map<string, Connection>();
  /** When connections have ended. */
  readonly #ends = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  get connections(): Connection[] {
    return [...this.#connections.values()];
  }

  /** The open connection of a client. */
  connectionOf(client: SimulatedProcess): string | undefined {
    return this.connections.find((one) => one.client === client)?.id;
  }

  /** How long (ms) ago a connection has ended; 0 if it has not. One that never opened has always been gone. */
  goneFor(id: string): number {
    if (!this.#connections.has(id) && !this.#ends.has(id)) return Number.POSITIVE_INFINITY;
    const { now } = this.#world.scheduler;
    return now - (this.#ends.get(id) ?? now);
  }

  /** The program that opened a connection. */
  clientOf(id: string): SimulatedProcess | undefined {
    return this.#opened.get(id)?.client;
  }

  /** Whether a client has a connection that cannot work any more. */
  hasDeadNetwork(process: SimulatedProcess): boolean {
    return [...this.#opened.values()].some(({ client, isDead }) => client === process && isDead);
  }

  /** Opens a connection for a client. */
  connect(client: SimulatedProcess, url: string, events: EventEmitter): ClientSocket {
    const { scheduler } = this.#world;
    const id = `c${scheduler.random.bytes(6).toString('hex')}`;
    const connection = new Connection(this.#world, id, client, events, {
      message: (body) => this.#message(connection, body),
      ended: (code, reason) => {
        this.#connections.delete(id);
        this.#ends.set(id, scheduler.now);
        this.#disconnected(connection, code, reason);
      },
    });
    this.#opened.set(id, connection);
    scheduler.after(this.#world.latency(10, 40), () => {
      const queryStringParameters = Object.fromEntries(new URL(url).searchParams);
      const event = this.#event(connection, 'CONNECT', { headers: {}, queryStringParameters });
      const askedAt = scheduler.now;
      this.#world.history.moments.begins({ kind: 'connect', client, address: connection.address });
      this.#integrate('connection', event, (reply) => {
        const status = reply.status ?? 502;
        scheduler.note(`${client.name} connects as ${id}: ${status}`);
        const answer = status === 403 ? 'banned' : status === 200 ? 'ok' : 'other';
        this.#world.history.bans.answered(connection, 'connect', askedAt, answer);
        if (status !== 200) return connection.refuse(status);
        this.#connections.set(id, connection);
        connection.open();
      });
    });
    return connection.socket;
  }

  /** A post of a function to a connection. */
  post(process: SimulatedProcess, { path, body }: Post, answer: (status: number | undefined) => void): void {
    const id = decodeURIComponent(path.split('/').at(-1) ?? '');
    this.#called(process, `posts to ${id} ${summary(body)}`, answer, () => {
      const connection = this.#connections.get(id);
      if (connection && body.includes('has been banned')) this.#world.history.bans.ended(connection.address);
      connection?.send(body);
      return connection ? 200 : 410;
    });
  }

  connectionCall(
    process: SimulatedProcess,
    method: 'GET' | 'DELETE',
    id: string,
    answer: (status: number | undefined) => void,
  ): void {
    this.#called(process, `${method === 'GET' ? 'looks up' : 'closes'} ${id}`, answer, () => {
      const connection = this.#connections.get(id);
      if (method === 'DELETE') connection?.close(1000, 'Connection Closed Normally');
      return connection ? 200 : 410;
    });
  }

  /** A call to @connections, with its failures. */
  #called(
    process: SimulatedProcess,
    label: string,
    answer: (status: number | undefined) => void,
    effect: () => number,
  ): void {
    const { scheduler, weather } = this.#world;
    const { before, after, gone, throttled } = weather.post;
    const dice = scheduler.random.next();
    const arrive = () => {
      let status: number | undefined;
      if (dice < before) status = 500;
      else if (dice < before + throttled) status = 429;
      else if (dice < before + throttled + gone) status = 410;
      else {
        const done = effect();
        status = dice < before + throttled + gone + after ? undefined : done;
      }
      scheduler.note(`${process.name} ${label}: ${status ?? 'the answer is lost'}`);
      scheduler.after(this.#world.latency(3, 15), () => answer(status));
    };
    scheduler.after(this.#world.latency(3, 15), () => process.send(arrive));
  }

  #message(connection: Connection, body: string): void {
    const action = actionOf(body);
    const route = routes.get(action) ?? routes.get('$default');
    if (!route) return;
    this.#world.scheduler.note(`${connection.client.name} sends ${summary(body)}`);
    if (route.target === 'mock') return connection.send(pong);
    const requestId = this.#world.scheduler.random.bytes(6).toString('hex');
    const args = parsed(body);
    const user = String(args['user'] ?? userOf(connection.client));
    const { bans, tokens: known } = this.#world.history;
    const tokens = known.of(user);
    const askedAt = this.#world.scheduler.now;
    const { client, address } = connection;
    if (action === 'login' || action === 'resume')
      this.#world.history.moments.begins({ kind: action, client, address, user });
    this.#integrate(route.target, this.#event(connection, 'MESSAGE', { body }), ({ status, body: reply, failure }) => {
      const { id: connectionId } = connection;
      const { ok, error, token = action === 'passwd' && ok ? args['newToken'] : undefined } = parsed(reply ?? '');
      if (typeof token === 'string') known.give(user, token, tokens);
      const isBanned = JSON.stringify(error)?.includes('"banned"');
      bans.answered(connection, action, askedAt, ok ? 'ok' : isBanned ? 'banned' : 'other');
      if (failure !== undefined) connection.send(JSON.stringify({ message: failure, connectionId, requestId }));
      else if (status !== undefined && reply !== undefined && route.twoWay) connection.send(reply);
    });
  }

  #integrate(
    name: FunctionName,
    event: object,
    done: (reply: { status?: number; body?: string; failure?: string }) => void,
  ): void {
    let isOver = false;
    const end = (reply: Parameters<typeof done>[0]) => {
      if (!isOver) done(reply);
      isOver = true;
      late.cancelled = true;
    };
    const late = this.#world.scheduler.after(integrationTimeout, () => end({ failure: 'Endpoint request timed out' }));
    this.#world.lambda.invoke(name, event, (result) => {
      if ('error' in result) return end({ failure: 'Internal server error' });
      const { statusCode, body } = result.payload as { statusCode: number; body?: string };
      end({ status: statusCode, ...(body !== undefined && { body }) });
    });
  }

  #disconnected(connection: Connection, disconnectStatusCode: number, disconnectReason: string): void {
    const { scheduler, weather } = this.#world;
    const { lost, late, twice } = weather.disconnect;
    scheduler.note(`${connection.id} has ended: ${disconnectStatusCode}`);
    if (scheduler.random.chance(lost)) return;
    const event = this.#event(connection, 'DISCONNECT', {}, { disconnectStatusCode, disconnectReason });
    for (let time = scheduler.random.chance(twice) ? 2 : 1; time > 0; time -= 1) {
      const delay = scheduler.random.chance(late) ? scheduler.random.between(0, 30_000) : this.#world.latency(5, 20);
      scheduler.after(delay, () => this.#world.lambda.invoke('connection', event, () => {}));
    }
  }

  #event({ id, address }: Connection, eventType: string, rest: object, more: object = {}): object {
    const requestContext = { connectionId: id, requestId: id, eventType, identity: { sourceIp: address }, ...more };
    return { requestContext, ...rest };
  }
}

function parsed(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** The user who runs a program. */
const userOf = ({ name }: SimulatedProcess) => name.replace(/[-\d].*/, '');

const actionOf = (body: string) => String(parsed(body)['action']);

/** A frame in a few words, for the trace. */
function summary(body: string): string {
  const frame = parsed(body);
  const names = ['event', 'action', 'user', 'to', 'text', 'stream', 'seq', 'inbox', 'room', 'again'];
  return names.flatMap((name) => (frame[name] === undefined ? [] : String(frame[name]))).join(' ');
}
