import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { CredentialStore } from '../credentials.ts';
import type { Failure, Faults } from '../faults.ts';
import { readBody, sendError, sendJson } from '../http.ts';
import type { Access } from '../iam/access.ts';
import type { Attribution, Recorder } from '../recorder.ts';
import { halve, reportsCapacity, rightsOf, type TableNames, unitsOf } from './operations.ts';

export interface ProxyHost {
  /** DynamoDB's endpoint. */
  readonly endpoint: string;
  readonly credentials: CredentialStore;
  readonly access: Access;
  readonly faults: Faults;
  readonly recorder: Recorder;
  readonly tableNames: TableNames;
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
    const { credentials, faults, recorder } = this.#host;
    const caller = credentials.caller(incoming.headers.authorization);
    if (caller === undefined) {
      return sendError(response, 400, 'UnrecognizedClientException', 'The security token is not one of this room.');
    }
    const free = !this.#host.access.binds(caller);
    if (free && !recorder.active && !faults.touchesDynamoDb) return this.#pass(incoming, response);
    await this.#watch(incoming, response, caller);
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const upstream = this.#forward(incoming, incoming.headers['content-length']);
    const [answer] = await Promise.all([upstream.answer, pipeline(incoming, upstream.request)]);
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    await pipeline(answer, response);
  }

  async #watch(incoming: IncomingMessage, response: ServerResponse, caller: Attribution): Promise<void> {
    const start = performance.now();
    const { recorder } = this.#host;
    const body = await readBody(incoming, requestBytes);
    const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
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
      const upstream = this.#forward(incoming, String(sent.length));
      upstream.request.end(sent);
      const answer = await upstream.answer;
      const answerBody = await readBody(answer, Number.POSITIVE_INFINITY);
      if (recorder.active) units = unitsOf(operation, JSON.parse(answerBody.toString() || '{}'));
      if (failure === 'after') {
        sendError(response, 500, 'InternalServerError', 'The request was carried out, the answer was lost.');
      } else {
        status = answer.statusCode ?? 502;
        if (left && status === 200) sendJson(response, 200, { UnprocessedItems: left });
        else response.writeHead(status, answer.rawHeaders).end(answerBody);
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

  #forward(incoming: IncomingMessage, contentLength: string | undefined) {
    const { host: _, connection: __, 'content-length': ___, authorization = '', ...headers } = incoming.headers;
    const outgoing = request(this.#host.endpoint, {
      method: 'POST',
      agent: this.#agent,
      headers: {
        ...headers,
        // One identity for all: DynamoDB Local keeps a database for each access key.
        authorization: authorization.replace(/Credential=[^/]+/, `Credential=${localAccessKeyId}`),
        ...(contentLength !== undefined && { 'content-length': contentLength }),
      },
    });
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve).once('error', reject);
    });
    return { request: outgoing, answer };
  }
}
