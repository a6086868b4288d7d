import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestOptions,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../clock.ts';
import type { Failure, Faults } from '../faults.ts';
import { ApiError, httpDate, readBody, sendError, sendJson } from '../http.ts';
import type { Access } from '../iam/access.ts';
import type { Attribution, Recorder } from '../recorder.ts';
import type { SignatureCheck, Signed } from '../signature/signature-check.ts';
import { firstHalves, splitBatch } from './batch.ts';
import { noUnits, type Units } from './contention/consumption.ts';
import type { Contention } from './contention/contention.ts';
import { permissionsOf, reportsCapacity, type TableNames, unitsOf, withSize } from './operations.ts';

export interface ProxyHost {
  /** DynamoDB's endpoint. */
  readonly endpoint: string;
  readonly region: string;
  readonly signatures: SignatureCheck;
  readonly clock: Clock;
  readonly access: Access;
  readonly faults: Faults;
  readonly recorder: Recorder;
  readonly tableNames: TableNames;
  /** The model of a loaded DynamoDB. While it is on, calls of functions go through it. */
  readonly contention: Contention;
  /** Returns the size of a table in bytes, by the table's name. */
  sizeOf(table: string): Promise<number>;
}

/** The access key id of the room at DynamoDB. */
export const localAccessKeyId = 'local';

// DynamoDB's own limit for a request: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
const requestBytes = 16 * 1024 * 1024;

/** An authorized call. */
interface Call {
  readonly caller: Attribution;
  readonly operation: string;
  readonly input: Record<string, unknown>;
  /** The unparsed body. */
  readonly body: Buffer;
  readonly failure: Failure | undefined;
}

/** An answer of DynamoDB. */
interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** The unprocessed part of a batch, as in DynamoDB's answer. */
  readonly left: Record<string, unknown> | undefined;
  json(): unknown;
}

/** A proxy in front of DynamoDB. It authenticates and authorizes callers, records calls, and injects faults. */
export class DynamoDbProxy {
  readonly server: Server;
  readonly #host: ProxyHost;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #target: RequestOptions;
  readonly #authorization: string;

  constructor(host: ProxyHost) {
    this.#host = host;
    const { hostname, port, pathname } = new URL(host.endpoint);
    this.#target = { hostname, port, path: pathname, method: 'POST', agent: this.#agent };
    // All calls share one access key, because DynamoDB Local has a database per access key. It does not check signatures.
    const scope = `${localAccessKeyId}/20260101/${host.region}/dynamodb/aws4_request`;
    this.#authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
    this.server = createServer((incoming, response) => {
      this.#handle(incoming, response).catch((error: unknown) => {
        if (error instanceof ApiError) return sendError(response, error.status, error.type, error.message);
        // The function sees a broken connection, as if DynamoDB could not be reached.
        response.destroy(error instanceof Error ? error : undefined);
      });
    });
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
    this.#agent.destroy();
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { access, clock, recorder, signatures } = this.#host;
    // The SDK corrects its clock by this header.
    response.setHeader('Date', httpDate(clock.now()));
    const signed = await signatures.verify(incoming, 'dynamodb', () => readBody(incoming, requestBytes));
    const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
    const free = !access.binds(signed.caller) && operation !== 'DescribeTable';
    if (free && !recorder.active) return this.#pass(incoming, response, signed.body);
    await this.#watch(operation, incoming, response, signed);
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const answer = await this.#forward(incoming, body);
    response.writeHead(answer.statusCode ?? 502, withoutDate(answer));
    await pipeline(answer, response);
  }

  async #watch(
    operation: string,
    incoming: IncomingMessage,
    response: ServerResponse,
    { caller, body }: Signed,
  ): Promise<void> {
    const start = performance.now();
    const { recorder } = this.#host;
    const input: Record<string, unknown> = Object(JSON.parse(body.toString()));
    const permissions = permissionsOf(operation, input, this.#host.tableNames);
    const tables = permissions.map(({ resource }) => resource);
    const refusal = this.#host.access.refusal(caller, permissions);
    let units: Units = noUnits;
    if (refusal !== undefined) sendError(response, 400, 'AccessDeniedException', refusal);
    else {
      const failure = await this.#failure(caller, operation, tables, input);
      units = await this.#carryOut({ caller, operation, input, body, failure }, incoming, response);
    }
    const { statusCode: status } = response;
    recorder.call(caller, { service: 'dynamodb', operation, permissions, start, status, ...units });
  }

  /** Answers a call. Returns the consumed units if they are needed. */
  async #carryOut(call: Call, incoming: IncomingMessage, response: ServerResponse): Promise<Units> {
    const { caller, operation, input, failure } = call;
    if (failure === 'before') {
      sendError(response, 500, 'InternalServerError', 'The request was not carried out.');
      return noUnits;
    }
    if (!this.#contends(caller)) {
      const answer = await this.#ask(call, incoming, failure === 'part' ? firstHalves(input) : []);
      await this.#reply(call, answer, response);
      return this.#host.recorder.active ? unitsOf(operation, answer.json()) : noUnits;
    }
    let answer: Answer | undefined;
    const { error, units } = await this.#host.contention.run(operation, input, async (admitted) => {
      answer = await this.#ask(call, incoming, failure === 'part' ? firstHalves(input) : admitted);
      return answer.json();
    });
    if (answer !== undefined) await this.#reply(call, answer, response);
    else if (error !== undefined) {
      sendJson(response, 400, { __type: error.type, ...error.body }, { 'x-amzn-ErrorType': error.type });
    }
    return units;
  }

  /** Whether the model applies. Calls of the operator neither suffer nor cause contention. */
  #contends(caller: Attribution): boolean {
    return this.#host.contention.on && this.#host.access.binds(caller);
  }

  /**
   * Forwards a call to DynamoDB.
   * @param carriedOut for each item of a batch: whether to carry it out. If empty, all items are carried out.
   */
  async #ask(call: Call, incoming: IncomingMessage, carriedOut: readonly boolean[]): Promise<Answer> {
    const { caller, operation, input, body } = call;
    const isSplit = operation.startsWith('Batch') && carriedOut.includes(false);
    const { taken, left } = isSplit ? splitBatch(input, carriedOut) : { taken: input, left: undefined };
    if (taken === undefined) return { status: 200, headers: [], body: Buffer.from('{}'), left, json: () => ({}) };
    const isCounted = this.#host.recorder.active || this.#contends(caller);
    const counted = reportsCapacity(operation) ? { ...taken, ReturnConsumedCapacity: 'INDEXES' } : taken;
    const answer = await this.#forward(incoming, isCounted || isSplit ? Buffer.from(JSON.stringify(counted)) : body);
    const answerBody = await readBody(answer, Number.POSITIVE_INFINITY);
    return {
      status: answer.statusCode ?? 502,
      headers: withoutDate(answer),
      body: answerBody,
      left,
      json: () => JSON.parse(answerBody.toString() || '{}'),
    };
  }

  async #reply({ operation, failure }: Call, answer: Answer, response: ServerResponse): Promise<void> {
    const { status, headers, body, left, json } = answer;
    if (failure === 'after') {
      sendError(response, 500, 'InternalServerError', 'The request was carried out, but the answer was lost.');
    } else if (status === 200 && left !== undefined) sendJson(response, 200, { ...Object(json()), ...left });
    else if (status === 200 && operation === 'DescribeTable') {
      sendJson(response, 200, await withSize(json(), this.#host.sizeOf));
    } else response.writeHead(status, [...headers]).end(body);
  }

  async #failure(
    caller: Attribution,
    operation: string,
    tables: readonly string[],
    input: Record<string, unknown>,
  ): Promise<Failure | undefined> {
    const { access, faults } = this.#host;
    // Faults do not apply to the operator: a test must be able to read the tables.
    if (!access.binds(caller)) return undefined;
    const wanted = await faults.beforeDynamoDb?.({ ...caller, operation, tables, input });
    if (wanted !== undefined) return wanted;
    if (faults.chance(faults.dynamoDb.failBefore)) return 'before';
    return faults.chance(faults.dynamoDb.failAfter) ? 'after' : undefined;
  }

  #forward({ headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const outgoing = request({
      ...this.#target,
      headers: {
        authorization: this.#authorization,
        'content-length': body.length,
        'content-type': headers['content-type'],
        'x-amz-date': headers['x-amz-date'],
        'x-amz-target': headers['x-amz-target'],
      },
    });
    return new Promise((resolve, reject) => {
      outgoing.once('response', resolve).once('error', reject).end(body);
    });
  }
}

/** The headers of DynamoDB's answer, except the date, which is not on the room's clock. */
function withoutDate({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.filter((_, index) => rawHeaders[index - (index % 2)]?.toLowerCase() !== 'date');
}
