import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Target } from '../assembly/template.ts';
import { ApiError, readBody, sendError } from '../http.ts';
import type { Access } from '../iam/access.ts';
import type { Recorder } from '../recorder.ts';
import type { Signed } from '../signature/signature-check.ts';
import type { Lambda } from './lambda.ts';

const syncBytes = 6 * 1024 * 1024;
const asyncBytes = 1024 * 1024;

/** The Invoke operation of Lambda's API (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). */
export class InvokeApi {
  readonly #lambda: Lambda;
  readonly #recorder: Recorder;
  readonly #access: Access;
  readonly #target: Target;

  constructor(lambda: Lambda, host: { recorder: Recorder; access: Access; target: Target }) {
    this.#lambda = lambda;
    this.#recorder = host.recorder;
    this.#access = host.access;
    this.#target = host.target;
  }

  /** @throws ApiError if the body is too large for its invocation type. */
  readBody(request: IncomingMessage): Promise<Buffer> {
    const limit = typeOf(request) === 'Event' ? asyncBytes : syncBytes;
    const message = `Request must be smaller than ${limit} bytes`;
    return readBody(request, limit, () => new ApiError(413, 'RequestTooLargeException', message));
  }

  async handle(request: IncomingMessage, response: ServerResponse, signed: Signed, name: string): Promise<void> {
    const { caller } = signed;
    const start = performance.now();
    const target = this.#lambda.find(name);
    const { account, region } = this.#target;
    const permission = {
      action: 'lambda:InvokeFunction',
      resource: target?.logicalId ?? name,
      arn: target?.arn ?? `arn:aws:lambda:${region}:${account}:function:${name}`,
    };
    const refusal = this.#access.refusal(caller, [permission]);
    if (refusal === undefined) await this.#invoke(request, response, signed, name);
    else sendError(response, 403, 'AccessDeniedException', refusal);
    const { statusCode: status } = response;
    this.#recorder.call(caller, { service: 'lambda', operation: 'Invoke', permissions: [permission], start, status });
  }

  async #invoke(
    request: IncomingMessage,
    response: ServerResponse,
    { caller, body }: Signed,
    name: string,
  ): Promise<void> {
    const lambda = this.#lambda.find(name);
    if (lambda === undefined) {
      return sendError(response, 404, 'ResourceNotFoundException', `Function not found: ${name}`);
    }
    const event = body.length === 0 ? '{}' : body.toString();
    if (!isJson(event)) {
      return sendError(response, 400, 'InvalidRequestContentException', 'Could not parse request body into json');
    }
    const type = typeOf(request);
    const trigger = { source: 'invoke', detail: caller.function } as const;
    if (type === 'DryRun') return void response.writeHead(204).end();
    if (type === 'Event') {
      void this.#lambda.invokeLater(lambda, event, trigger);
      return void response.writeHead(202, { 'Content-Length': 0 }).end();
    }
    const result = await this.#lambda.invoke(lambda, event, trigger);
    response
      .writeHead(200, {
        'Content-Type': 'application/json',
        'X-Amz-Executed-Version': '$LATEST',
        ...(result.error !== undefined && { 'X-Amz-Function-Error': 'Unhandled' }),
        ...(request.headers['x-amz-log-type'] === 'Tail' && {
          'X-Amz-Log-Result': Buffer.from(result.logTail).toString('base64'),
        }),
      })
      .end(result.payload);
  }
}

const typeOf = ({ headers }: IncomingMessage) => headers['x-amz-invocation-type'] ?? 'RequestResponse';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
