import * as v from 'valibot';
import type { Integration, Route } from '../assembly/api.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { Result } from '../lambda/messages.ts';
import type { Trigger } from '../recorder.ts';

/** The result of a route's integration. */
export type Reply =
  | ({ readonly kind: 'response' } & ProxyResponse)
  | { readonly kind: 'error' }
  | { readonly kind: 'timeout' };

/**
 * The format of a Lambda function's response to a proxy integration
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html).
 */
const proxyResponse = v.strictObject({
  statusCode: v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599)),
  headers: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])), {}),
  multiValueHeaders: v.optional(v.record(v.string(), v.array(v.union([v.string(), v.number(), v.boolean()])))),
  body: v.optional(v.string()),
  isBase64Encoded: v.optional(v.boolean(), false),
});

type ProxyResponse = v.InferOutput<typeof proxyResponse>;

/** Runs an integration on an event. */
export async function integrate(
  lambda: Lambda,
  integration: Integration,
  event: object,
  trigger: Trigger,
): Promise<Reply> {
  if (integration.type === 'MOCK') {
    const body = integration.reply;
    return {
      kind: 'response',
      statusCode: 200,
      headers: {},
      isBase64Encoded: false,
      ...(body !== undefined && { body }),
    };
  }
  const target = lambda.find(integration.functionArn);
  if (target === undefined) return { kind: 'error' };
  const result = await within(integration.timeoutMs, lambda.invoke(target, JSON.stringify(event), trigger));
  if (result === 'timeout') return { kind: 'timeout' };
  if (result.error !== undefined) return { kind: 'error' };
  const response = v.safeParse(proxyResponse, JSON.parse(result.payload));
  if (!response.success) return { kind: 'error' };
  return { kind: 'response', ...response.output };
}

async function within(milliseconds: number, running: Promise<Result>): Promise<Result | 'timeout'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(resolve, milliseconds, 'timeout');
  });
  try {
    return await Promise.race([running, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** The route that a message's JSON body names, else `$default`; undefined if there is no such route. */
export function selectRoute(
  routes: ReadonlyMap<string, Route>,
  routeKeyPath: readonly string[],
  body: string,
): Route | undefined {
  const key = routeKeyPath.reduce<unknown>(
    (value, name) => (isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    parseJson(body),
  );
  return (typeof key === 'string' ? routes.get(key) : undefined) ?? routes.get('$default');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
