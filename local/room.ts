import { availableParallelism } from 'node:os';
import { Addresses } from './addresses.ts';
import { readCloudAssembly } from './assembly/cloud-assembly.ts';
import type { LambdaFunction } from './assembly/functions.ts';
import { readStack } from './assembly/stack.ts';
import { Clock } from './clock.ts';
import { CredentialStore } from './credentials.ts';
import { DataFolder } from './data-folder.ts';
import { DeadLetters } from './dead-letters.ts';
import { Contention } from './dynamodb/contention/contention.ts';
import { Database } from './dynamodb/database.ts';
import { EventBus } from './events/event-bus.ts';
import { Scheduler } from './events/scheduler.ts';
import { Faults } from './faults.ts';
import { Gateway } from './gateway/gateway.ts';
import { HttpGateway } from './gateway/http-gateway.ts';
import { ManagementApi } from './gateway/management-api.ts';
import { Access } from './iam/access.ts';
import { InvokeApi } from './lambda/invoke-api.ts';
import { Lambda } from './lambda/lambda.ts';
import { FunctionLog } from './lambda/log.ts';
import type { LocalRoom, RoomOptions } from './local-room.ts';
import { LogFiles } from './logs/log-files.ts';
import { LogsApi } from './logs/logs-api.ts';
import { Recorder } from './recorder.ts';
import { S3 } from './s3/s3.ts';
import { logsPath, RoomServer } from './server.ts';
import { SignatureCheck } from './signature/signature-check.ts';

export type { LocalRoom, RoomOptions };

/** How long functions may take to finish when the room closes. */
const drainMs = 3_000;

/**
 * Runs a cloud assembly on this machine.
 * @throws RoomError with a message for the user.
 */
export async function startLocalRoom(options: RoomOptions): Promise<LocalRoom> {
  const undo: (() => unknown)[] = [];
  const unwind = async () => {
    const failures: unknown[] = [];
    for (const step of undo.splice(0).reverse()) {
      // One failure must not keep the rest, such as the database, from ending.
      await Promise.resolve()
        .then(step)
        .catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    return await build(options, undo, unwind);
  } catch (error) {
    await unwind().catch(() => undefined);
    throw error;
  }
}

async function build(options: RoomOptions, undo: (() => unknown)[], unwind: () => Promise<void>): Promise<LocalRoom> {
  const { host = '127.0.0.1', port = 0, speed = 1, fresh = false } = options;
  const stack = readStack(await readCloudAssembly(options.assembly));
  const { account, region } = stack.target;
  const folder = await DataFolder.take(options.dataDir);
  undo.push(() => folder.release());
  const server = await RoomServer.listen(host, port);
  undo.push(() => server.close());

  const clock = new Clock(speed, speed === 1 ? undefined : await folder.clockOrigin(fresh));
  const credentials = new CredentialStore();
  const signatures = new SignatureCheck(credentials, clock, region);
  const faults = new Faults(options.seed);
  const recorder = new Recorder();
  const log = new FunctionLog(await folder.newLogFile(), clock);
  undo.push(() => log.close());
  const access = new Access(stack.functions, stack.roles);
  const contention = new Contention(stack.tables, options.seed === undefined ? {} : { seed: options.seed });
  if (options.contention !== undefined) contention.switchOn(options.contention);
  const database = await Database.start({
    folder,
    tables: stack.tables,
    account,
    region,
    clock,
    signatures,
    access,
    faults,
    recorder,
    contention,
    external: options.dynamodb,
    fresh,
  });
  undo.push(() => database.close());

  const functions = stack.functions.map((one) => ({
    ...one,
    environment: { ...one.environment, ...options.environment },
  }));
  const lambda = new Lambda(functions, {
    region,
    clock,
    credentials,
    log,
    recorder,
    deadLetters: new DeadLetters(folder.deadLetters, { clock, recorder, access }),
    endpoints: {
      dynamoDb: database.endpoint,
      lambda: server.origin,
      connections: `${server.origin}/${stack.api.stage}`,
      s3: server.origin,
      logs: `${server.origin}${logsPath}`,
    },
    environmentsPerFunction: options.environmentsPerFunction ?? Math.max(2, availableParallelism()),
  });
  undo.push(() => lambda.close());
  const clientHosts = new Set<string>();
  const addresses = new Addresses(stack, server);
  const throttling = options.throttling ?? true;
  const gateway = new Gateway(stack.api, {
    addresses,
    clock,
    faults,
    lambda,
    recorder,
    throttling,
    storeOrigin: server.origin,
    clientHosts,
  });
  const scheduler = new Scheduler(stack.schedules, lambda, clock, stack.target);
  const bus = new EventBus({ rules: stack.eventRules, lambda, faults, clock, target: stack.target });
  const s3 = await S3.start({
    folder: folder.objects,
    buckets: stack.buckets,
    addresses,
    account,
    region,
    clock,
    credentials,
    faults,
    access,
    recorder,
    bus,
    fresh,
    host: new URL(server.origin).host,
    clientHosts,
  });
  undo.push(() => s3.close());
  const operator = credentials.issue(() => ({ function: 'operator' }));
  const judged = { recorder, access, target: stack.target };
  server.serve({
    gateway,
    http: stack.httpApi && new HttpGateway(stack.httpApi, { account, addresses, clock, lambda, recorder, throttling }),
    management: new ManagementApi(gateway, { faults, ...judged }),
    invoke: new InvokeApi(lambda, judged),
    s3,
    logs: new LogsApi(new LogFiles(folder.logFolder), stack.logGroups, judged),
    signatures,
    clock,
    dataFolder: folder.path,
  });
  undo.push(async () => {
    server.stopAccepting();
    scheduler.stop();
    await gateway.close();
    await lambda.drain(drainMs);
  });
  const outputs = Object.fromEntries(
    Object.entries(stack.outputs).map(([name, value]) => [name, addresses.atRoom(value)]),
  );
  await folder.writeRoomFile({ url: server.url, origin: server.origin, region, ...operator, outputs });
  scheduler.start();
  s3.resume();

  return {
    url: server.url,
    origin: server.origin,
    dynamoDbEndpoint: database.endpoint,
    s3Endpoint: server.origin,
    urlsFromElsewhere: server.urlsFromElsewhere,
    bucketFolder: folder.objects,
    credentials: operator,
    region,
    stack,
    outputs,
    clock,
    faults,
    contention,
    calls: recorder,
    access,
    lambdaLogs: log,
    get connections() {
      return gateway.handshakes;
    },
    runSchedule: () => scheduler.runNow(),
    async invoke(name, payload) {
      const target = lambda.find(name) ?? oneByPrefix(stack.functions, name);
      const trigger = { source: 'invoke', detail: 'operator' } as const;
      const result = await lambda.invoke(target, JSON.stringify(payload) ?? 'null', trigger);
      if (result.error !== undefined) throw new Error(`${result.error.errorType}: ${result.error.errorMessage}`);
      const returned: unknown = JSON.parse(result.payload);
      return returned;
    },
    killFunction: (name) => lambda.kill(lambda.find(name) ?? oneByPrefix(stack.functions, name)),
    async deleteExpired() {
      await Promise.all([database.deleteExpired(), s3.expire()]);
    },
    onFailure: (callback) => database.onFailure(callback),
    close: unwind,
    async abandon() {
      await lambda.close();
      await unwind();
    },
    kill: () => database.kill(),
  };
}

function oneByPrefix(functions: readonly LambdaFunction[], prefix: string): LambdaFunction {
  const found = functions.filter(({ logicalId }) => logicalId.toLowerCase().startsWith(prefix.toLowerCase()));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new Error(`${found.length} functions have a logical id that begins with ${prefix}`);
}
