import type { ObjectPrefix, TableName } from '../functions/aws/names.ts';
import { type Action, actions, type Command, type CommandGroup, commands } from '../protocol/index.ts';

/** Functions that answer routes. */
export type RoutedFunction = CommandGroup | 'connection';

/** A route of the WebSocket API: how its frames are answered. */
export type Route =
  /**
   * By a function, or by a mock integration. `twoWay`: API Gateway sends the function's return value to the client as a frame.
   */
  { readonly target: RoutedFunction; readonly twoWay: boolean } | { readonly target: 'mock' };

function routeOf(action: Action): Route {
  const { group, reply }: Command = commands[action];
  return group === undefined ? { target: 'mock' } : { target: group, twoWay: reply === 'response' };
}

/**
 * The commands in an order that keeps logical ids stable. The CDK names a function's integration after the first route
 * that uses it.
 */
const inOrder = [...new Set<Action>(['register', 'file', ...actions])];

/** Every route by its key. Those of commands follow from the commands' entries in `protocol/commands`. */
export const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['$connect', { target: 'connection', twoWay: false }],
  ['$disconnect', { target: 'connection', twoWay: false }],
  // Frames whose action is not a command: the handler refuses them.
  ['$default', { target: 'chat', twoWay: true }],
  ...inOrder.map((action) => [action, routeOf(action)] as const),
]);

/**
 * An IAM action on a table, without the prefix. `QueryIndex` means `Query` on the table's index only. A transaction
 * needs the action of each of its parts.
 */
export type TablePermission =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'QueryIndex'
  | 'Scan'
  | 'DescribeTable'
  | 'PutItem'
  | 'BatchWriteItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem';

/** Actions of API Gateway's @connections API, on any connection: post, get, delete. */
export type ConnectionPermission = 'POST' | 'GET' | 'DELETE';

/**
 * An IAM action on objects of the bucket, without the prefix. `ListBucket` is limited to their folder. Without
 * `ListBucket`, S3 answers 403 for an object that does not exist.
 */
export type ObjectPermission = 'GetObject' | 'PutObject' | 'DeleteObject' | 'ListBucket';

/** Functions that other functions invoke asynchronously. */
export type InvokableFunction = 'fanout' | 'notices' | 'sweeper';

/** A function of the room, with all of its permissions. */
export interface RoomFunctionEntry {
  readonly purpose: string;
  /** MB; 1769 buys one full vCPU, less buys a share of one. */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
  /** Set for a function that is invoked asynchronously. */
  readonly asynchronous?: {
    /** Retries before an event goes to the dead-letter queue: one minute after the failure, then two. */
    readonly retries: number;
    /** Seconds, at least 60. Older events also go to the dead-letter queue, so the runs and retries must fit. */
    readonly maxAge: number;
  };
  readonly tables: { readonly [T in TableName]?: readonly TablePermission[] };
  readonly objects?: { readonly [P in ObjectPrefix]?: readonly ObjectPermission[] };
  readonly invokes?: readonly InvokableFunction[];
  readonly connections?: readonly ConnectionPermission[];
  /** Whether it may read the log that all functions write. */
  readonly readsLog?: boolean;
}

export type FunctionName = RoutedFunction | InvokableFunction | 'admin' | 'page';

/** Every function with its memory, timeout and permissions; one entry per table. */
export const functions: Record<FunctionName, RoomFunctionEntry> = {
  connection: {
    purpose: 'Accepts connections, and ends the session of a closed connection',
    memory: 512,
    timeout: 10,
    tables: {
      connections: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
      presence: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
      room: ['GetItem', 'PutItem', 'UpdateItem'],
      users: ['UpdateItem'],
    },
    invokes: ['notices', 'sweeper'],
    connections: ['POST', 'DELETE'],
  },
  account: {
    purpose: 'Register, log in, resume, change the password, deregister: the commands that hash a password or a token',
    memory: 1769,
    timeout: 15,
    tables: {
      users: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
      presence: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
      connections: ['GetItem', 'UpdateItem', 'DeleteItem'],
      loginBlocks: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
      room: ['GetItem', 'UpdateItem'],
      messages: ['GetItem', 'Query', 'PutItem', 'DeleteItem'],
      fileRecords: ['Query', 'UpdateItem'],
    },
    invokes: ['notices', 'sweeper'],
    connections: ['GET', 'POST', 'DELETE'],
  },
  chat: {
    purpose: 'All other commands of a conversation',
    memory: 1024,
    timeout: 10,
    tables: {
      connections: ['GetItem', 'UpdateItem', 'DeleteItem'],
      users: ['GetItem', 'BatchGetItem', 'UpdateItem', 'QueryIndex', 'ConditionCheckItem'],
      presence: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
      room: ['GetItem', 'UpdateItem'],
      messages: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
    },
    invokes: ['fanout', 'notices'],
    connections: ['GET', 'POST', 'DELETE'],
  },
  files: {
    purpose: 'Files: presigns URLs, handles finished uploads, and deletes files that have ended',
    memory: 1024,
    timeout: 28,
    // S3 does not send an event again if the function fails, so Lambda retries. The tidying run finds uploads whose event was
    // lost.
    asynchronous: { retries: 2, maxAge: 3600 },
    tables: {
      fileRecords: ['GetItem', 'Query', 'QueryIndex', 'PutItem', 'UpdateItem', 'DeleteItem'],
      connections: ['GetItem', 'UpdateItem'],
      users: ['GetItem', 'ConditionCheckItem'],
      presence: ['GetItem', 'UpdateItem'],
      room: ['GetItem', 'UpdateItem'],
      messages: ['Query', 'PutItem', 'UpdateItem'],
    },
    objects: { files: ['GetObject', 'PutObject', 'DeleteObject'] },
    invokes: ['fanout'],
    connections: ['GET', 'POST', 'DELETE'],
  },
  fanout: {
    purpose: 'Posts one message to many connections',
    memory: 1769,
    timeout: 60,
    // Retry, because otherwise users see the message only with the next one. Clients drop duplicates.
    asynchronous: { retries: 1, maxAge: 180 },
    tables: {
      presence: ['UpdateItem'],
      connections: ['UpdateItem'],
    },
    invokes: ['fanout'],
    connections: ['GET', 'POST'],
  },
  notices: {
    purpose: 'Posts logins and logouts, separately from messages, which must not wait for them',
    memory: 512,
    // In a large room one run waits up to half a minute for more notices.
    timeout: 60,
    // No retries: a late or repeated notice is worse than a missing one.
    asynchronous: { retries: 0, maxAge: 180 },
    tables: {
      presence: ['Query', 'UpdateItem'],
      connections: ['UpdateItem'],
      room: ['GetItem', 'UpdateItem'],
    },
    connections: ['GET', 'POST'],
  },
  sweeper: {
    purpose: 'Ends idle and detached sessions, and detaches sessions whose connection is gone',
    memory: 256,
    // A run waits up to 90 s for sessions that fall due, and then needs time to end them.
    timeout: 150,
    // The next run continues the work.
    asynchronous: { retries: 0, maxAge: 60 },
    tables: {
      presence: ['Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
      connections: ['GetItem', 'UpdateItem', 'DeleteItem'],
      users: ['UpdateItem'],
      room: ['GetItem', 'UpdateItem'],
      messages: ['GetItem', 'Query'],
    },
    invokes: ['notices'],
    connections: ['GET', 'POST', 'DELETE'],
  },
  admin: {
    purpose: 'The administrator console: only a caller with the IAM permission can invoke it',
    memory: 512,
    // One invocation of a long job works for a time budget of half a minute, and then finishes the step that it has begun.
    timeout: 120,
    tables: {
      room: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
      presence: [
        'GetItem',
        'Query',
        'Scan',
        'PutItem',
        'BatchWriteItem',
        'UpdateItem',
        'DeleteItem',
        'ConditionCheckItem',
      ],
      connections: ['GetItem', 'BatchGetItem', 'Scan', 'BatchWriteItem', 'UpdateItem', 'DeleteItem'],
      users: [
        'GetItem',
        'BatchGetItem',
        'Scan',
        'PutItem',
        'BatchWriteItem',
        'UpdateItem',
        'DeleteItem',
        'ConditionCheckItem',
        'DescribeTable',
      ],
      loginBlocks: ['Query', 'Scan', 'PutItem', 'BatchWriteItem', 'DeleteItem', 'DescribeTable'],
      messages: [
        'GetItem',
        'Query',
        'Scan',
        'PutItem',
        'UpdateItem',
        'DeleteItem',
        'BatchWriteItem',
        'ConditionCheckItem',
        'DescribeTable',
      ],
      fileRecords: ['GetItem', 'Query', 'Scan', 'PutItem', 'BatchWriteItem', 'UpdateItem', 'DeleteItem'],
    },
    objects: {
      backups: ['GetObject', 'PutObject', 'ListBucket'],
      logs: ['GetObject', 'PutObject'],
      // For backup and restore of file bytes, and to find objects that belong to no file.
      files: ['GetObject', 'PutObject', 'DeleteObject', 'ListBucket'],
    },
    invokes: ['fanout', 'notices', 'sweeper'],
    connections: ['GET', 'POST', 'DELETE'],
    readsLog: true,
  },
  page: {
    purpose: 'Serves the web page',
    memory: 256,
    timeout: 5,
    tables: {},
  },
};
