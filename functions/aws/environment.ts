import { type TableName, tables, variables } from './names.ts';

/** Where Lambda tells a function its own name. */
export const ownName = 'AWS_LAMBDA_FUNCTION_NAME';

/** Where Lambda tells a function the name of its log group, which is that of all of them. */
export const logGroupName = 'AWS_LAMBDA_LOG_GROUP_NAME';

/** A variable that infra sets, or the one to take in its place. Throws by name if it is missing: nothing works by default. */
export function requireEnv(name: string, otherwise?: string): string {
  const value = process.env[name] ?? (otherwise && process.env[otherwise]);
  if (!value) throw new Error(`the environment variable ${name} is not set`);
  return value;
}

/** A variable that holds a whole number, or its default. */
export function numberFromEnv(name: string, otherwise: number): number {
  const value = process.env[name];
  if (value === undefined) return otherwise;
  if (!/^\d+$/.test(value)) throw new Error(`the environment variable ${name} is not a whole number`);
  return Number(value);
}

/** How many days a message is kept. */
export const messageRetentionDays = (): number => numberFromEnv(variables.retentionDays, 30);

/**
 * Whether S3 is to be found elsewhere than at AWS, as the SDK is told: there a bucket is part of the path, for its name is no host's.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function s3IsElsewhere(): boolean {
  return Boolean(process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']);
}

/**
 * The endpoint of a service, as the SDK finds it: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * @param service as it stands in a host name, such as `lambda`.
 */
export function endpointOf(service: string): string {
  const region = requireEnv('AWS_REGION');
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const configured = process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? process.env['AWS_ENDPOINT_URL'];
  return configured ?? `https://${service}.${region}.${domain}`;
}

/** The deployed name of a table. A function has only the tables it was bound to. */
export function tableName(table: TableName): string {
  return requireEnv(tables[table].variable);
}
