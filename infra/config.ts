import { readFileSync } from 'node:fs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Node } from 'constructs';
import * as v from 'valibot';
import { actions } from '../protocol/index.ts';

const days = (most: number) =>
  v.pipe(
    v.number('a number of days is expected'),
    v.integer('whole days are expected'),
    v.minValue(1),
    v.maxValue(most),
  );

const logRetentions = Object.values(RetentionDays).filter((value) => typeof value === 'number');

/** A custom domain, with its certificate in ACM in the stack's Region. */
const domain = v.strictObject({
  name: v.pipe(
    v.string(),
    v.regex(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'a domain name is expected'),
  ),
  certificateArn: v.pipe(
    v.string(),
    v.regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, 'the ARN of an ACM certificate is expected'),
  ),
});

/** Requests that API Gateway lets through: so many a second in the long run, and so many more at once. */
const throttle = v.strictObject({
  rate: v.pipe(v.number('a number is expected'), v.minValue(0.01), v.maxValue(10_000)),
  burst: v.pipe(v.number('a number is expected'), v.integer(), v.minValue(1), v.maxValue(5_000)),
});

const tagPattern = /^[\p{L}\p{N}\s_.:/=+@-]{1,128}$/u;

/**
 * The deployment's configuration: the `config` section of `cdk.json`. Each key can also be set on the command line
 * (`--context alarmEmail=ops@example.org`). The room's settings, which the administrator changes at run time, are not here.
 */
const configSchema = v.strictObject({
  stackName: v.pipe(
    v.string(),
    v.regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, 'a letter, then letters, digits and dashes are expected'),
  ),
  /** The stage, which is the path in the room's address. */
  stage: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,128}$/, 'letters, digits, dashes and underscores are expected')),
  /** A temporary stack: deleting it deletes its tables, its bucket (once emptied) and its log. */
  ephemeral: v.boolean('true or false is expected'),
  messageRetentionDays: days(3650),
  /** How long a file waits for its recipient. */
  fileRetentionDays: days(365),
  logRetentionDays: v.picklist(logRetentions, `one of ${logRetentions.join(', ')} is expected`),
  /** The address that receives alarms, once its owner has confirmed the subscription. null: no alarms are created. */
  alarmEmail: v.nullable(v.pipe(v.string(), v.email('an e-mail address is expected'))),
  /** US$ a month: AWS mails `alarmEmail` when the bill of the whole account is above 80 % of it, or is expected to exceed it. */
  accountBudget: v.nullable(v.pipe(v.number('a number of US$ is expected'), v.minValue(1))),
  /** A custom domain for the room: clients connect to it. */
  customDomain: v.nullable(domain),
  /** A custom domain for the web page. It cannot be that of the room: API Gateway keeps them apart. */
  pageDomain: v.optional(v.nullable(domain), null),
  throttling: v.strictObject({
    stage: throttle,
    /** Routes with other limits than the stage: commands, `$connect`, `$disconnect` and `$default`. */
    routes: v.record(v.picklist([...actions, '$connect', '$disconnect', '$default'], 'no such command'), throttle),
    /** Requests for the web page and its files. */
    page: v.optional(throttle, { rate: 1, burst: 1000 }),
  }),
  /** X-Ray traces of the functions; they cost about as much as a command does. */
  tracing: v.boolean('true or false is expected'),
  /** Exists so that it is refused with a reason and not ignored. */
  waf: v.optional(
    v.literal(false, 'AWS WAF does not support WebSocket APIs; use `throttling` and the flood limit instead'),
    false,
  ),
  tags: v.record(
    v.pipe(
      v.string(),
      v.regex(tagPattern, 'not a tag name'),
      v.check((name) => !/^aws:/i.test(name), 'tags that begin with aws: are reserved'),
    ),
    v.pipe(v.string(), v.maxLength(256, 'a tag has at most 256 characters')),
  ),
});

export type RoomConfig = v.InferOutput<typeof configSchema>;

/** An invalid configuration. The message is one line that names the key and the error. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The context that `cdk.json` gives the CDK's command line, for when the app runs without it. */
export function contextOfCdkJson(): Record<string, unknown> {
  const file = new URL('../cdk.json', import.meta.url);
  return v.parse(v.object({ context: v.record(v.string(), v.unknown()) }), JSON.parse(readFileSync(file, 'utf8')))
    .context;
}

/**
 * The configuration of an app: its `config` context. A context value with the name of a key overrides that key.
 * @throws ConfigError if it is invalid.
 */
export function readConfig(node: Pick<Node, 'tryGetContext' | 'getAllContext'>): RoomConfig {
  const given: unknown = node.tryGetContext('config');
  if (typeof given !== 'object' || given === null) throw new ConfigError('cdk.json has no `config` section.');
  const known = ['config', 'nag', ...Object.keys(configSchema.entries)];
  // Context keys of AWS contain a colon or a slash.
  const unknown = Object.keys(node.getAllContext()).find((key) => !/[:/]/.test(key) && !known.includes(key));
  if (unknown !== undefined)
    throw new ConfigError(`--context ${unknown}: no such key (see cdk.json and docs/deploy.md)`);
  const overrides = Object.keys(configSchema.entries).flatMap((key) => {
    const value: unknown = node.tryGetContext(key);
    return value === undefined ? [] : [[key, fromCommandLine(value)] as const];
  });
  return parseConfig({ ...given, ...Object.fromEntries(overrides) });
}

/**
 * Parses a configuration.
 * @throws ConfigError if it is invalid.
 */
export function parseConfig(given: unknown): RoomConfig {
  const parsed = v.safeParse(configSchema, given, { abortEarly: true });
  if (parsed.success) {
    const problem = contradictionIn(parsed.output);
    if (problem === undefined) return parsed.output;
    throw new ConfigError(`config: ${problem} (see cdk.json and docs/deploy.md)`);
  }
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue);
  throw new ConfigError(
    `config${where === null ? '' : `: ${where}`}: ${issue.message} (see cdk.json and docs/deploy.md)`,
  );
}

function contradictionIn({ accountBudget, alarmEmail, customDomain, pageDomain }: RoomConfig): string | undefined {
  if (accountBudget !== null && alarmEmail === null) return 'accountBudget: alarmEmail is needed, too';
  if (pageDomain !== null && pageDomain.name === customDomain?.name)
    return 'pageDomain: customDomain has the same name';
  return undefined;
}

/** Values on the command line are texts. A text that is valid JSON is parsed; any other stays a text. */
function fromCommandLine(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
