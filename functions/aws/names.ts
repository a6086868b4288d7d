/**
 * Names that the stack and the functions share. `infra/` creates tables and environment variables from them, and the
 * adapters in this folder read them.
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
    /** The attributes that the index projects besides the keys. */
    readonly attributes?: readonly string[];
  };
}

export const tables = {
  users: {
    variable: 'USERS_TABLE',
    partitionKey: { name: 'name', type: 'S' },
    // Sparse: it contains only users whose session has ended at least once. One constant partition, sorted by time.
    index: {
      name: 'lastSeen',
      partitionKey: { name: 'seen', type: 'S' },
      sortKey: { name: 'lastSeenAt', type: 'N' },
      attributes: ['displayName'],
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
    // It contains every file. One constant partition, sorted by the time of the file's next action.
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

/** The prefix for data that a backup keeps between two invocations because it is too small for a part of the upload. */
export const unfinishedBackups = 'backups/unfinished';

/** Environment variables other than those of the tables. */
export const variables = {
  /** The endpoint of the @connections API. The AWS SDK reads this variable, too. */
  connectionsEndpoint: 'AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI',
  /** The function that posts to many connections. Invoked asynchronously. */
  fanoutFunction: 'FANOUT_FUNCTION',
  /** The function that posts logins and logouts. Invoked asynchronously. */
  noticesFunction: 'NOTICES_FUNCTION',
  /** The function that ends idle and lost sessions. Invoked every minute, and when a time limit was changed. */
  sweeperFunction: 'SWEEPER_FUNCTION',
  /** The bucket of files, backups and saved logs. */
  bucket: 'ROOM_BUCKET',
  /** The room's name, the dimension `service` of its metrics. The metrics library reads this variable. */
  metricsService: 'POWERTOOLS_SERVICE_NAME',
  /** How long a message is kept, in days. */
  retentionDays: 'MESSAGE_RETENTION_DAYS',
  /** How long (ms) one invocation of the admin function works at a job. Default: half a minute. */
  adminSlice: 'ADMIN_SLICE_MS',
  /** How long (ms) a restore waits for commands that are running. Default: as long as a function may run. */
  drainTime: 'DRAIN_MS',
  /** The maximum delay (ms) until a written log line can be read. Default: that of CloudWatch Logs. */
  logLateness: 'LOG_LATENESS_MS',
  /** The origin of the room's own web page, which may connect. */
  pageOrigin: 'PAGE_ORIGIN',
  /** The room's address (`wss://…`), for the web page. */
  roomAddress: 'ROOM_ADDRESS',
  /** The origin of the bucket's presigned URLs, for the web page. */
  bucketOrigin: 'BUCKET_ORIGIN',
  /** How long a file waits for its recipient, in days. */
  fileRetentionDays: 'FILE_RETENTION_DAYS',
  /** `deployed`, or `local`: which settings a new room begins with. */
  roomKind: 'ROOM_KIND',
  /** Binary logarithm of scrypt's N. Default: OWASP's recommendation. */
  passwordCost: 'PASSWORD_COST',
  /** How much (millionths of a US$) a function spends before it adds that to the room's count. */
  spentStep: 'SPENT_STEP',
} as const;

/** The CloudWatch namespace of the room's own metrics. */
export const metricsNamespace = 'ChatRoom';

/** The room's own metrics. Scheduled runs and failures write them; commands never do (docs/decisions/0038). */
export type MetricName = 'PeopleOnline' | 'CountDrift' | 'PostsGivenUp' | 'BudgetUsed';
