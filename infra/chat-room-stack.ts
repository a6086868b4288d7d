import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { tables as shapes, type TableName, variables } from '../functions/aws/names.ts';
import { actions, commands } from '../protocol/index.ts';
import { functions as entries, type FunctionName, homes, isRouted, type TableRight } from './functions.ts';
import { Gateway } from './gateway.ts';
import { RoomBucket } from './room-bucket.ts';
import { RoomFunction } from './room-function.ts';
import { RoomTable } from './room-table.ts';

export interface ChatRoomStackProps extends StackProps {
  /** Folder with a bundle folder per function. */
  readonly bundles: string;
  /** A stack to throw away: its tables, its bucket (once emptied) and its log go with it. Otherwise they outlive it. */
  readonly ephemeral?: boolean;
  /** How long messages are kept. */
  readonly retention?: Duration;
  /** How long a file waits for its recipient. */
  readonly fileRetention?: Duration;
}

/** The chat room: a gateway, its functions, their tables, and a clock. */
export class ChatRoomStack extends Stack {
  constructor(scope: Construct, id: string, props: ChatRoomStackProps) {
    const {
      bundles,
      ephemeral = false,
      retention = Duration.days(30),
      fileRetention = Duration.days(14),
      ...stackProps
    } = props;
    super(scope, id, { terminationProtection: !ephemeral, ...stackProps });

    const table = (name: TableName, options: { indexed?: string[]; settings?: Record<string, string> } = {}) =>
      new RoomTable(this, capitalized(name), { shape: shapes[name], ephemeral, ...options });
    const tables: Record<TableName, RoomTable> = {
      users: table('users', { indexed: ['displayName'] }),
      presence: table('presence'),
      connections: table('connections'),
      loginBlocks: table('loginBlocks'),
      messages: table('messages', { settings: { [variables.retentionDays]: String(retention.toDays()) } }),
      room: table('room'),
    };

    const bucket = new RoomBucket(this, 'Bucket', { fileRetention, ephemeral });

    const gateway = new Gateway(this, 'Gateway');

    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    const roomFunction = (name: FunctionName) => new RoomFunction(this, capitalized(name), { name, bundles, logGroup });
    const functions: Record<FunctionName, RoomFunction> = {
      connection: roomFunction('connection'),
      account: roomFunction('account'),
      chat: roomFunction('chat'),
      fanout: roomFunction('fanout'),
      sweeper: roomFunction('sweeper'),
      admin: roomFunction('admin'),
    };

    for (const [name, fn] of Object.entries(functions) as [FunctionName, RoomFunction][]) {
      const entry = entries[name];
      for (const [tableName, rights] of Object.entries(entry.tables) as [TableName, readonly TableRight[]][]) {
        tables[tableName].bindTo(fn, rights);
      }
      if (entry.objects) bucket.bindTo(fn, entry.objects);
      for (const invoked of entry.invokes ?? []) functions[invoked].invokableBy(fn, invoked);
      if (entry.connections) gateway.bindConnectionsTo(fn, entry.connections);
    }

    gateway.route('$connect', functions[homes.$connect], { twoWay: false });
    gateway.route('$disconnect', functions[homes.$disconnect], { twoWay: false });
    gateway.route('$default', functions[homes.$default], { twoWay: true });
    for (const action of actions) {
      if (isRouted(action)) {
        gateway.route(action, functions[homes[action]], { twoWay: commands[action].reply === 'response' });
      } else {
        gateway.fixedAnswer(action, '{"type":"pong"}');
      }
    }

    new Rule(this, 'EveryMinute', {
      description: 'Starts the sweeper; a minute is the shortest period EventBridge knows',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaTarget(functions.sweeper)],
    });

    new CfnOutput(this, 'WebSocketUrl', { value: gateway.url, description: 'Where clients connect to' });
    new CfnOutput(this, 'AdminFunction', {
      value: functions.admin.functionName,
      description: 'What the administrator console invokes',
    });
  }
}

const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
