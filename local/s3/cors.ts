import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CorsRule } from '../assembly/buckets.ts';
import { S3Error } from './errors.ts';

/** A request of a web page. */
interface CrossOrigin {
  /** The origin as the browser names it. */
  readonly origin: string;
  /** The origin as the bucket's rules name it. */
  readonly inRules: string;
}

/**
 * Answers a preflight request, which carries no signature.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html
 * @throws S3Error AccessForbidden if no rule allows the request.
 */
export function preflight(
  rules: readonly CorsRule[],
  { origin, inRules }: CrossOrigin,
  { headers }: IncomingMessage,
  response: ServerResponse,
): void {
  const method = headers['access-control-request-method'];
  if (origin === '') throw new S3Error('BadRequest', 'Insufficient information. Origin request header needed.');
  if (method === undefined) throw new S3Error('BadRequest', 'Invalid Access-Control-Request-Method: null');
  if (rules.length === 0) {
    throw new S3Error('AccessForbidden', 'CORSResponse: CORS is not enabled for this bucket.');
  }
  const wanted = String(headers['access-control-request-headers'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const rule = rules.find(
    (one) => allows(one, inRules, method) && wanted.every((name) => one.headers.some((pattern) => fits(pattern, name))),
  );
  if (rule === undefined) throw new S3Error('AccessForbidden', 'CORSResponse: This CORS request is not allowed.');
  setHeaders(response, rule, origin);
  if (wanted.length > 0) response.setHeader('access-control-allow-headers', wanted.join(', '));
  response.writeHead(200, { 'content-length': 0 }).end();
}

/** Lets a page read the response if a rule allows it. S3 carries out the request in any case. */
export function allowReading(
  rules: readonly CorsRule[],
  { origin, inRules }: CrossOrigin,
  { method = '' }: IncomingMessage,
  response: ServerResponse,
): void {
  const rule = origin === '' ? undefined : rules.find((one) => allows(one, inRules, method));
  if (rule !== undefined) setHeaders(response, rule, origin);
}

const allows = (rule: CorsRule, origin: string, method: string) =>
  rule.methods.includes(method) && rule.origins.some((pattern) => fits(pattern, origin));

function setHeaders(response: ServerResponse, rule: CorsRule, origin: string): void {
  const anyOrigin = rule.origins.includes('*');
  response.setHeader('access-control-allow-origin', anyOrigin ? '*' : origin);
  if (!anyOrigin) response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-allow-methods', rule.methods.join(', '));
  if (rule.exposed.length > 0) response.setHeader('access-control-expose-headers', rule.exposed.join(', '));
  if (rule.maxAge !== undefined) response.setHeader('access-control-max-age', rule.maxAge);
  response.setHeader('vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method');
}

/** Whether a text fits a pattern, in which one `*` stands for any characters. */
function fits(pattern: string, text: string): boolean {
  const [start = '', end] = pattern.toLowerCase().split('*');
  const lower = text.toLowerCase();
  if (end === undefined) return lower === start;
  return lower.length >= start.length + end.length && lower.startsWith(start) && lower.endsWith(end);
}
