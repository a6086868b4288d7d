import { type CfnElement, CfnOutput, Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { tables as shapes, type TableName, variables } from '../functions/aws/names.ts';
import { acknowledgeFindings } from './acknowledged.ts';
import type { RoomConfig } from './config.ts';
import { functions as entries, type FunctionName, routes, type TablePermission } from './functions.ts';
import { Gateway } from './gateway.ts';
import { Monitoring } from './monitoring.ts';
import { PageGateway } from './page-gateway.ts';
import { RoomBucket } from './room-bucket.ts';
import { RoomFunction } from './room-function.ts';
import { RoomTable } from './room-table.ts';

export interface ChatRoomStackProps {
  /** Folder with a bundle folder per function. */
  readonly bundles: string;
  readonly config: RoomConfig;
}

/** The chat room: a gateway, its functions, their tables, and a clock. */
export class ChatRoomStack extends Stack {
  constructor(scope: Construct, id: string, { bundles, config }: ChatRoomStackProps) {
    const { stackName, ephemeral, tags } = config;
    super(scope, id, {
      stackName,
      description: 'A chat room with no server to keep running',
      terminationProtection: !ephemeral,
    });
    for (const [name, value] of Object.entries(tags)) Tags.of(this).add(name, value);

    const table = (name: TableName, options: { settings?: Record<string, string> } = {}) =>
      new RoomTable(this, capitalized(name), { shape: shapes[name], ephemeral, ...options });
    const tables: Record<TableName, RoomTable> = {
      users: table('users'),
      presence: table('presence'),
      connections: table('connections'),
      loginBlocks: table('loginBlocks'),
      messages: table('messages', { settings: { [variables.retentionDays]: String(config.messageRetentionDays) } }),
      fileRecords: table('fileRecords', {
        settings: { [variables.fileRetentionDays]: String(config.fileRetentionDays) },
      }),
      room: table('room', { settings: { [variables.roomKind]: 'deployed' } }),
    };

    const gateway = new Gateway(this, 'Gateway', config);
    const pageGateway = new PageGateway(this, 'PageGateway', config);
    const bucket = new RoomBucket(this, 'Bucket', {
      fileRetention: Duration.days(config.fileRetentionDays),
      ephemeral,
      pageOrigin: pageGateway.url,
    });
    const logGroup = new LogGroup(this, 'Log', {
      retention: config.logRetentionDays,
      removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    const deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    const roomFunction = (name: FunctionName) =>
      new RoomFunction(this, capitalized(name), { name, bundles, logGroup, tracing: config.tracing, deadLetters });
    const functions: Record<FunctionName, RoomFunction> = {
      connection: roomFunction('connection'),
      account: roomFunction('account'),
      chat: roomFunction('chat'),
      files: roomFunction('files'),
      fanout: roomFunction('fanout'),
      notices: roomFunction('notices'),
      sweeper: roomFunction('sweeper'),
      admin: roomFunction('admin'),
      page: roomFunction('page'),
    };

    for (const [name, fn] of Object.entries(functions) as [FunctionName, RoomFunction][]) {
      const entry = entries[name];
      for (const [tableName, permissions] of Object.entries(entry.tables) as [
        TableName,
        readonly TablePermission[],
      ][]) {
        tables[tableName].bindTo(fn, permissions);
      }
      if (entry.objects) bucket.bindTo(fn, entry.objects);
      for (const invoked of entry.invokes ?? []) functions[invoked].invokableBy(fn, invoked);
      if (entry.connections) gateway.bindConnectionsTo(fn, entry.connections);
      if (entry.readsLog) logGroup.grant(fn, 'logs:FilterLogEvents');
    }

    for (const [key, route] of routes) {
      if (route.target === 'mock') gateway.fixedAnswer(key, '{"type":"pong"}');
      else gateway.route(key, functions[route.target], route);
    }

    pageGateway.serveBy(functions.page);
    functions.page.addEnvironment(variables.roomAddress, gateway.url);
    functions.page.addEnvironment(variables.bucketOrigin, `https://${bucket.bucketRegionalDomainName}`);
    functions.connection.addEnvironment(variables.pageOrigin, pageGateway.url);

    new Rule(this, 'EveryMinute', {
      description: "Ends sessions and files that are due; a minute is EventBridge's shortest period",
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [functions.sweeper, functions.files].map((fn) => new LambdaTarget(fn, { deadLetterQueue: deadLetters })),
    });
    new Rule(this, 'FileArrived', {
      description: 'Stores a file when its bytes were uploaded',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [bucket.bucketName] }, object: { key: [{ prefix: 'files/' }] } },
      },
      targets: [new LambdaTarget(functions.files, { deadLetterQueue: deadLetters })],
    });

    new Monitoring(this, 'Watch', { config, gateway, pageGateway, functions, tables, logGroup, deadLetters });

    acknowledgeFindings(this, {
      api: this.getLogicalId(gateway.api.node.defaultChild as CfnElement),
      stage: config.stage,
      bucket: this.getLogicalId(bucket.node.defaultChild as CfnElement),
      tracing: config.tracing,
    });

    new CfnOutput(this, 'PageUrl', { value: pageGateway.url, description: 'The room in a browser' });
    new CfnOutput(this, 'WebSocketUrl', { value: gateway.url, description: 'Where clients connect to' });
    new CfnOutput(this, 'AdminFunction', {
      value: functions.admin.functionName,
      description: 'The function that the administrator console invokes',
    });
    new CfnOutput(this, 'InviteCommand', {
      value: `npm run admin -- --stack ${stackName} invite`,
      description: 'Prints an invitation: users need one to register',
    });
    // Outputs that the runbook's commands use.
    new CfnOutput(this, 'LogGroup', { value: logGroup.logGroupName, description: "The room's log" });
    new CfnOutput(this, 'BucketName', { value: bucket.bucketName, description: 'The bucket of files and backups' });
    new CfnOutput(this, 'DeadLettersUrl', {
      value: deadLetters.queueUrl,
      description: 'The dead-letter queue',
    });
    new CfnOutput(this, 'SweeperFunction', {
      value: functions.sweeper.functionName,
      description: 'The function that ends sessions that are due, every minute',
    });
  }
}

const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
