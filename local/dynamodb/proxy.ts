import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../clock.ts';
import type { Failure, Faults } from '../faults.ts';
import { ApiError, httpDate, readBody, sendError, sendJson } from '../http.ts';
import type { Access } from '../iam/access.ts';
import type { Attribution, Recorder } from '../recorder.ts';
import type { SignatureCheck, Signed } from '../signature/signature-check.ts';
import { halve, reportsCapacity, rightsOf, type TableNames, unitsOf, withSize } from './operations.ts';

export interface ProxyHost {
  /** DynamoDB's endpoint. */
  readonly endpoint: string;
  readonly signatures: SignatureCheck;
  readonly clock: Clock;
  readonly access: Access;
  readonly faults: Faults;
  readonly recorder: Recorder;
  readonly tableNames: TableNames;
  /** How many bytes a table holds, by its name. */
  sizeOf(table: string): Promise<number>;
}

/** The access key id by which DynamoDB knows the room. */
export const localAccessKeyId = 'local';

// DynamoDB's own limit for a request: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
const requestBytes = 16 * 1024 * 1024;

/** Stands between the functions and DynamoDB: knows who calls, refuses what their role does not allow, records, and lets calls fail. */
export class DynamoDbProxy {
  readonly server: Server;
  readonly #host: ProxyHost;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(host: ProxyHost) {
    this.#host = host;
    this.server = createServer((incoming, response) => {
      this.#handle(incoming, response).catch((error: unknown) => {
        if (error instanceof ApiError) return sendError(response, error.status, error.type, error.message);
        // The function sees what it would see of a DynamoDB that cannot be reached.
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
    const { access, clock, faults, recorder, signatures } = this.#host;
    // The SDK's clients set their clock by it.
    response.setHeader('Date', httpDate(clock.now()));
    const signed = await signatures.verify(incoming, 'dynamodb', () => readBody(incoming, requestBytes));
    const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
    const free = !access.binds(signed.caller) && operation !== 'DescribeTable';
    if (free && !recorder.active && !faults.touchesDynamoDb) return this.#pass(incoming, response, signed.body);
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
    const { recorder, sizeOf } = this.#host;
    const input: Record<string, unknown> = Object(JSON.parse(body.toString()));
    const rights = rightsOf(operation, input, this.#host.tableNames);
    const tables = rights.map(({ resource }) => resource);
    const refusal = this.#host.access.refusal(caller, rights);
    const failure = refusal === undefined ? await this.#failure(caller, operation, tables, input) : undefined;
    let status = 500;
    let units = { readUnits: 0, writeUnits: 0 };
    if (refusal !== undefined) {
      status = 400;
      sendError(response, status, 'AccessDeniedException', refusal);
    } else if (failure === 'before') {
      sendError(response, 500, 'InternalServerError', 'The request was not carried out.');
    } else {
      const { taken, left } = failure === 'part' ? halve(input) : { taken: input, left: undefined };
      const counted = reportsCapacity(operation) ? { ...taken, ReturnConsumedCapacity: 'INDEXES' } : taken;
      const sent = recorder.active || left ? Buffer.from(JSON.stringify(counted)) : body;
      const answer = await this.#forward(incoming, sent);
      const answerBody = await readBody(answer, Number.POSITIVE_INFINITY);
      if (recorder.active) units = unitsOf(operation, JSON.parse(answerBody.toString() || '{}'));
      if (failure === 'after') {
        sendError(response, 500, 'InternalServerError', 'The request was carried out, the answer was lost.');
      } else {
        status = answer.statusCode ?? 502;
        let other: unknown = left && { UnprocessedItems: left };
        if (operation === 'DescribeTable') other = await withSize(JSON.parse(answerBody.toString()), sizeOf);
        if (other !== undefined && status === 200) sendJson(response, 200, other);
        else response.writeHead(status, withoutDate(answer)).end(answerBody);
      }
    }
    const end = performance.now();
    recorder.emit({ kind: 'call', service: 'dynamodb', ...caller, operation, rights, start, end, status, ...units });
  }

  async #failure(
    caller: Attribution,
    operation: string,
    tables: readonly string[],
    input: Record<string, unknown>,
  ): Promise<Failure | undefined> {
    const { faults } = this.#host;
    const wanted = await faults.beforeDynamoDb?.({ ...caller, operation, tables, input });
    if (wanted !== undefined) return wanted;
    if (faults.chance(faults.dynamoDb.failBefore)) return 'before';
    return faults.chance(faults.dynamoDb.failAfter) ? 'after' : undefined;
  }

  #forward(incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { host: _, connection: __, 'content-length': ___, authorization = '', ...headers } = incoming.headers;
    const outgoing = request(this.#host.endpoint, {
      method: 'POST',
      agent: this.#agent,
      headers: {
        ...headers,
        // One identity for all: DynamoDB Local keeps a database for each access key.
        authorization: authorization.replace(/Credential=[^/]+/, `Credential=${localAccessKeyId}`),
        'content-length': body.length,
      },
    });
    return new Promise((resolve, reject) => {
      outgoing.once('response', resolve).once('error', reject).end(body);
    });
  }
}

/** The headers of DynamoDB's answer but for its time, which is not the room's. */
function withoutDate({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.filter((_, index) => rawHeaders[index - (index % 2)]?.toLowerCase() !== 'date');
}
