/**
 * Names that the deployed stack and the functions share: `infra/` builds the tables and sets the variables from here,
 * the adapters beside this file read them.
 */

/** A table's key attributes, and the variable that holds its name. */
export interface TableShape {
  readonly variable: string;
  readonly partitionKey: { readonly name: string; readonly type: 'S' | 'N' };
  readonly sortKey?: { readonly name: string; readonly type: 'S' | 'N' };
  /** The attribute (epoch seconds) after which DynamoDB may delete an item. */
  readonly ttl?: string;
  readonly index?: {
    readonly name: string;
    readonly partitionKey: { readonly name: string; readonly type: 'S' | 'N' };
    readonly sortKey: { readonly name: string; readonly type: 'S' | 'N' };
  };
}

export const tables = {
  users: {
    variable: 'USERS_TABLE',
    partitionKey: { name: 'name', type: 'S' },
    // Sparse: only who has ever left the room stands in it, under one constant partition, by time.
    index: {
      name: 'lastSeen',
      partitionKey: { name: 'seen', type: 'S' },
      sortKey: { name: 'lastSeenAt', type: 'N' },
    },
  },
  presence: {
    variable: 'PRESENCE_TABLE',
    partitionKey: { name: 'shard', type: 'N' },
    sortKey: { name: 'name', type: 'S' },
  },
  connections: {
    variable: 'CONNECTIONS_TABLE',
    partitionKey: { name: 'connectionId', type: 'S' },
    ttl: 'expiresAt',
  },
  loginBlocks: {
    variable: 'LOGIN_BLOCKS_TABLE',
    partitionKey: { name: 'name', type: 'S' },
    sortKey: { name: 'address', type: 'S' },
    ttl: 'expiresAt',
  },
  messages: {
    variable: 'MESSAGES_TABLE',
    partitionKey: { name: 'stream', type: 'S' },
    sortKey: { name: 'position', type: 'S' },
    ttl: 'expiresAt',
  },
  fileRecords: {
    variable: 'FILE_RECORDS_TABLE',
    partitionKey: { name: 'recipient', type: 'S' },
    sortKey: { name: 'file', type: 'S' },
    ttl: 'expiresAt',
    // Every file stands in it, under one constant partition, by the time when something is to be done with it.
    index: {
      name: 'due',
      partitionKey: { name: 'due', type: 'S' },
      sortKey: { name: 'dueAt', type: 'N' },
    },
  },
  room: {
    variable: 'ROOM_TABLE',
    partitionKey: { name: 'room', type: 'S' },
  },
} as const satisfies Record<string, TableShape>;

export type TableName = keyof typeof tables;

/** The folders of the room's bucket: an object's key begins with one of them and a slash. */
export const objectPrefixes = ['files', 'backups', 'logs'] as const;

export type ObjectPrefix = (typeof objectPrefixes)[number];

/** Where a backup puts aside between two invocations what makes no part of an upload yet. */
export const unfinishedBackups = 'backups/unfinished';

/** Variables beside the tables' own. */
export const variables = {
  /** Where posts to connections go; the AWS SDK reads it by itself. */
  connectionsEndpoint: 'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI',
  /** Function that posts to many connections, invoked asynchronously. */
  fanoutFunction: 'FANOUT_FUNCTION',
  /** Function that tells of logins and logouts, invoked asynchronously. */
  noticesFunction: 'NOTICES_FUNCTION',
  /** Function that ends what is over, invoked by the schedule, and at once when a time limit was changed. */
  sweeperFunction: 'SWEEPER_FUNCTION',
  /** The bucket of files, backups and saved logs. */
  bucket: 'ROOM_BUCKET',
  /** Which room a metric is of, as its dimension `service`; the metrics library reads it by itself. */
  metricsService: 'POWERTOOLS_SERVICE_NAME',
  /** How long a message is kept, in days. */
  retentionDays: 'MESSAGE_RETENTION_DAYS',
  /** How long (ms) one invocation of the admin function works at something that takes long; unset, it is half a minute. */
  adminSlice: 'ADMIN_SLICE_MS',
  /** How long (ms) a line of the log may take to be there for who reads it; unset, as long as in CloudWatch. */
  logLateness: 'LOG_LATENESS_MS',
  /** How long a file waits for its recipient, in days. */
  fileRetentionDays: 'FILE_RETENTION_DAYS',
  /** Binary logarithm of scrypt's N; unset, it is OWASP's. */
  passwordCost: 'PASSWORD_COST',
} as const;

/** Where the room's own metrics stand in CloudWatch. */
export const metricsNamespace = 'ChatRoom';

/** The room's own metrics: few, and written by who runs once a minute or when something has failed, never by a command. */
export type MetricName = 'PeopleOnline' | 'CountDrift' | 'PostsGivenUp';
