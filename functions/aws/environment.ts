import { type TableName, tables, variables } from './names.ts';

/** The variable in which Lambda sets the function's name. */
export const ownName = 'AWS_LAMBDA_FUNCTION_NAME';

/** The variable in which Lambda sets the log group's name. All functions share one log group. */
export const logGroupName = 'AWS_LAMBDA_LOG_GROUP_NAME';

/**
 * Reads an environment variable, or a second one in its place.
 * @throws Error that names the missing variable. There is no default.
 */
export function requireEnv(name: string, otherwise?: string): string {
  const value = process.env[name] ?? (otherwise && process.env[otherwise]);
  if (!value) throw new Error(`the environment variable ${name} is not set`);
  return value;
}

/** Reads an environment variable as a whole number; the default if it is not set. */
export function numberFromEnv(name: string, otherwise: number): number {
  const value = process.env[name];
  if (value === undefined) return otherwise;
  if (!/^\d+$/.test(value)) throw new Error(`the environment variable ${name} is not a whole number`);
  return Number(value);
}

/** The origin of the room's own web page, if it has one. */
export const pageOrigin = (): string | undefined => process.env[variables.pageOrigin];

/** Whether a new room begins with the settings of a room on AWS. */
export const isDeployedRoom = (): boolean => process.env[variables.roomKind] === 'deployed';

/** How many days a message is kept. */
export const messageRetentionDays = (): number => numberFromEnv(variables.retentionDays, 30);

/**
 * Whether the SDK is configured with an S3 endpoint other than AWS. Such an endpoint needs path-style URLs, because the
 * bucket's name does not resolve as a host.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function s3IsElsewhere(): boolean {
  return Boolean(process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']);
}

/**
 * The endpoint of a service, determined as the SDK does:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * @param service the service's name in a host name, such as `lambda`.
 */
export function endpointOf(service: string): string {
  const region = requireEnv('AWS_REGION');
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const configured = process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? process.env['AWS_ENDPOINT_URL'];
  return configured ?? `https://${service}.${region}.${domain}`;
}

/** The deployed name of a table. The variable exists only in functions with permissions on the table. */
export function tableName(table: TableName): string {
  return requireEnv(tables[table].variable);
}
