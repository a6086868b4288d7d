import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InvokeCommand, LambdaClient, type LambdaServiceException } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { probeFunction } from '../fixtures/assembly.ts';
import { heard, type ProbeRoom, startProbeRoom } from '../fixtures/probe-room.ts';

const minute = 60_000;
const environmentsPerFunction = 2;
let room: ProbeRoom;
let lambda: LambdaClient;

beforeAll(async () => {
  vi.stubEnv('AWS_PROFILE', 'of-the-user');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', 'http://of-the-user.invalid');
  room = await startProbeRoom(
    {
      Brief: probeFunction({ Timeout: 3 }),
      Single: probeFunction(),
      Broken: probeFunction({ Handler: 'index.absent' }),
      Patient: probeFunction(),
      PatientAsync: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: { Ref: 'Patient' },
          Qualifier: '$LATEST',
          MaximumRetryAttempts: 1,
          MaximumEventAgeInSeconds: 3600,
          DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Failed', 'Arn'] } } },
        },
      },
      Failed: { Type: 'AWS::SQS::Queue', Properties: {} },
      Minute: {
        Type: 'AWS::Events::Rule',
        Properties: {
          ScheduleExpression: 'rate(5 minutes)',
          State: 'ENABLED',
          Targets: [{ Arn: { 'Fn::GetAtt': ['Single', 'Arn'] }, Id: 'Target0' }],
        },
      },
    },
    { environmentsPerFunction },
  );
  lambda = new LambdaClient({
    endpoint: room.origin,
    region: room.region,
    credentials: room.credentials,
    maxAttempts: 1,
  });
});

afterAll(async () => {
  // Files share a process, and the AWS SDK takes no credentials from the environment while there is a profile.
  vi.unstubAllEnvs();
  await room.close();
});

function invoke(name: string, payload: unknown, options: { type?: 'Event' | 'DryRun'; tail?: boolean } = {}) {
  return lambda.send(
    new InvokeCommand({
      FunctionName: name,
      Payload: JSON.stringify(payload),
      ...(options.type !== undefined && { InvocationType: options.type }),
      ...(options.tail === true && { LogType: 'Tail' as const }),
    }),
  );
}

const order = (what: string, input?: unknown) => ({ order: { do: what, input } });
const json = (payload: Uint8Array | undefined) => JSON.parse(Buffer.from(payload ?? []).toString());

describe('an environment', () => {
  test("has the variables of the Lambda runtime and the function, and none of the user's", async () => {
    const environment = await room.order({ do: 'environment' });
    expect(environment).toMatchObject({
      AWS_LAMBDA_FUNCTION_NAME: 'Test-Probe',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_REGION: 'us-east-1',
      LAMBDA_TASK_ROOT: expect.stringContaining('asset.probe'),
      _HANDLER: 'index.handler',
      AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `${room.origin}/prod`,
      AWS_ENDPOINT_URL_LAMBDA: room.origin,
      AWS_ENDPOINT_URL_DYNAMODB: room.dynamoDbEndpoint,
      ITEMS_TABLE: 'Test-Items',
      PROBE: 'Test-Probe',
    });
    expect(environment).not.toHaveProperty('AWS_PROFILE');
    expect(environment).not.toHaveProperty('HOME');
  });

  test('passes a context to its handler', async () => {
    expect(await room.order({ do: 'context' })).toMatchObject({
      functionName: 'Test-Probe',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Test-Probe',
      memoryLimitInMB: '128',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('handles one request at a time, and is reused', async () => {
    const recording = room.calls.record();
    await Promise.all(Array.from({ length: 4 }, () => room.invoke('Single', order('wait', 100))));
    recording.stop();
    const invocations = recording.invocations.filter((one) => one.function === 'Single');
    // The schedule may have started an environment before.
    expect(invocations.filter(({ cold }) => cold).length).toBeLessThanOrEqual(environmentsPerFunction);
    for (const { start } of invocations) {
      const running = invocations.filter((other) => other.start <= start && start < other.end);
      expect(running.length).toBeLessThanOrEqual(environmentsPerFunction);
    }
  });

  test('is not in a recording that began after it', async () => {
    const running = room.invoke('Patient', order('wait', 100));
    const recording = room.calls.record();
    await running;
    expect(recording.invocations.filter((one) => one.function === 'Patient')).toEqual([]);
    await room.invoke('Patient', order('wait', 1));
    expect(recording.invocations.filter((one) => one.function === 'Patient')).toHaveLength(1);
    recording.stop();
  });

  test("runs dates and promise-based timers on the room's clock", async () => {
    const fast = await startProbeRoom({}, { speed: 600 });
    onTestFinished(() => fast.close());
    for (const one of [fast, room]) {
      const begun = one.clock.now();
      let over = false;
      const running = one.order({ do: 'clock', input: 60_000 }).finally(() => {
        over = true;
      });
      while (!over) {
        // Another thread's wait may begin after this.
        if (one === room) one.clock.forward(10_000);
        await nextTurn();
      }
      const seen = await running;
      expect(seen).toEqual({ passed: expect.any(Number), date: expect.any(String), isDate: true });
      const { passed = 0, date = '' } = Object(seen);
      expect(passed).toBeGreaterThanOrEqual(59_000);
      expect(Date.parse(date)).toBeGreaterThanOrEqual(begun + 59_000);
      expect(Date.parse(date)).toBeLessThanOrEqual(one.clock.now());
    }
  });
});

describe('a failed invocation', () => {
  test('reports its error, and the next invocation succeeds', async () => {
    for (const [what, input, message] of [
      ['throw', 'on purpose', 'TypeError: on purpose'],
      ['reject', 'nobody waits', 'nobody waits'],
      ['exit', 7, 'Runtime exited with exit status 7'],
      ['spin', undefined, 'Task timed out after 3.00 seconds'],
      ['wait', 60_000, 'Task timed out after 3.00 seconds'],
      ['fill', undefined, 'ERR_WORKER_OUT_OF_MEMORY'],
    ] as const) {
      const name = what === 'fill' ? 'Patient' : 'Brief';
      await expect(room.invoke(name, order(what, input))).rejects.toThrow(message);
      expect(await room.invoke(name, order('context'))).toHaveProperty('awsRequestId');
    }
  });

  test('reports a missing handler', async () => {
    await expect(room.invoke('Broken', {})).rejects.toThrow('Runtime.HandlerNotFound');
  });
});

describe('the Invoke API', () => {
  test("returns the handler's result", async () => {
    const { StatusCode, ExecutedVersion, FunctionError, Payload } = await invoke('Test-Probe', order('event', 1));
    expect({ StatusCode, ExecutedVersion, FunctionError }).toEqual({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(json(Payload)).toEqual(order('event', 1));
  });

  test('finds a function by its ARN, too', async () => {
    const arn = room.stack.functions.find(({ logicalId }) => logicalId === 'Probe')?.arn ?? '';
    expect((await invoke(arn, order('context'))).StatusCode).toBe(200);
  });

  test('returns an error of the function, and the end of its log', async () => {
    const { StatusCode, FunctionError, Payload, LogResult } = await invoke('Test-Probe', order('throw', 'no'), {
      tail: true,
    });
    expect({ StatusCode, FunctionError }).toEqual({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(json(Payload)).toMatchObject({ errorType: 'TypeError', errorMessage: 'no', trace: expect.any(Array) });
    const log = Buffer.from(LogResult ?? '', 'base64').toString();
    expect(log).toMatch(/^START RequestId: [\s\S]*ERROR[\s\S]*REPORT RequestId: /);
    expect(json(Payload).trace.join('\n')).toContain('probe.ts');
  });

  test('returns the log of this invocation only', async () => {
    const { LogResult } = await invoke('Test-Probe', order('log', 'line one'), { tail: true });
    const log = Buffer.from(LogResult ?? '', 'base64').toString();
    expect(log).toMatch(/\tINFO\tline one\nline one raw\nEND RequestId/);
  });

  test.each([
    ['Test-Nobody', '{}', 'ResourceNotFoundException', 404],
    ['Test-Probe', 'not JSON', 'InvalidRequestContentException', 400],
    ['Test-Probe', `"${'x'.repeat(6 * 1024 * 1024)}"`, 'RequestTooLargeException', 413],
  ])('refuses %s with %.10s', async (FunctionName, Payload, name, status) => {
    const error = await lambda.send(new InvokeCommand({ FunctionName, Payload })).then(
      () => expect.unreachable(),
      (thrown: LambdaServiceException) => thrown,
    );
    expect({ name: error.name, status: error.$metadata.httpStatusCode }).toEqual({ name, status });
  });

  test('refuses an event over 1 MB', async () => {
    await expect(invoke('Test-Probe', 'x'.repeat(1024 * 1024), { type: 'Event' })).rejects.toMatchObject({
      name: 'RequestTooLargeException',
    });
  });

  test('refuses a caller without credentials', async () => {
    const url = `${room.origin}/2015-03-31/functions/Test-Probe/invocations`;
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(403);
  });

  test('does not run the function for DryRun', async () => {
    const recording = room.calls.record();
    expect((await invoke('Test-Probe', {}, { type: 'DryRun' })).StatusCode).toBe(204);
    recording.stop();
    // The schedule may have fired in the meantime.
    expect(recording.invocations.filter(({ trigger }) => trigger.source === 'invoke')).toEqual([]);
  });

  test('runs an event asynchronously, and retries it after one minute and after two', async () => {
    const recording = room.calls.record();
    expect((await invoke('Test-Probe', order('throw', 'again'), { type: 'Event' })).StatusCode).toBe(202);
    const runs = () => recording.invocations.filter((run) => run.function === 'Probe');
    for (const [attempts, minutes] of [
      [1, 1],
      [2, 2],
    ] as const) {
      await expect.poll(() => runs().length).toBe(attempts);
      room.clock.forward(minutes * minute - 10_000);
      await room.invoke('Single', order('context'));
      expect(runs()).toHaveLength(attempts);
      room.clock.forward(10_000);
    }
    await expect.poll(() => runs().length).toBe(3);
    expect(runs().map((run) => run.mode)).toEqual(['async', 'async', 'async']);
    recording.stop();
  });

  test("retries an event as often as the function's settings say", async () => {
    const recording = room.calls.record();
    await invoke('Test-Patient', order('throw', 'once more'), { type: 'Event' });
    const runs = () => recording.invocations.filter((run) => run.function === 'Patient');
    await expect.poll(() => runs().length).toBe(1);
    room.clock.forward(minute);
    await expect.poll(() => runs().length).toBe(2);
    // A second retry would have run by then.
    room.clock.forward(3 * minute);
    await room.invoke('Single', order('context'));
    expect(runs()).toHaveLength(2);
    recording.stop();
  });

  test("sends only an event that failed at every attempt to the dead-letter queue, with the function's permissions", async () => {
    const recording = room.calls.record();
    await invoke('Test-Patient', order('environment'), { type: 'Event' });
    await invoke('Test-Probe', order('throw', 'nowhere to go'), { type: 'Event' });
    await invoke('Test-Patient', order('throw', 'for good'), { type: 'Event' });
    const letters = async () => {
      const lines = (await readFile(join(room.dataDir, 'dead-letters.jsonl'), 'utf8').catch(() => ''))
        .trim()
        .split('\n');
      return lines.filter((line) => line.includes('for good')).map((line) => JSON.parse(line));
    };
    await expect.poll(() => recording.invocations.filter(({ trigger }) => trigger.source === 'invoke').length).toBe(3);
    room.clock.forward(minute);
    await expect.poll(letters).toHaveLength(1);
    expect(recording.calls.filter(({ service }) => service === 'sqs').at(-1)).toMatchObject({
      function: 'Patient',
      permissions: [{ action: 'sqs:SendMessage', resource: 'Test-Failed' }],
    });
    recording.stop();
    const [letter] = await letters();
    expect(letter).toMatchObject({
      queue: 'arn:aws:sqs:us-east-1:000000000000:Test-Failed',
      message: {
        version: '1.0',
        requestContext: {
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Test-Patient:$LATEST',
          condition: 'RetriesExhausted',
          approximateInvokeCount: 2,
        },
        requestPayload: order('throw', 'for good'),
        responseContext: { functionError: 'Unhandled' },
      },
    });
    const all = await readFile(join(room.dataDir, 'dead-letters.jsonl'), 'utf8');
    expect(all).not.toMatch(/nowhere to go|environment/);
  });

  test('lets a function invoke another, and records the call', async () => {
    const events = heard(room);
    const recording = room.calls.record();
    const answer = await room.order({
      do: 'invoke',
      input: { name: 'Test-Single', type: 'Event', payload: { hello: 1 } },
    });
    expect(answer).toMatchObject({ StatusCode: 202 });
    await untilHello(events);
    await expect.poll(() => recording.invocations.map((run) => run.function)).toContain('Single');
    recording.stop();
    expect(recording.calls).toMatchObject([
      {
        service: 'lambda',
        operation: 'Invoke',
        function: 'Probe',
        permissions: [{ action: 'lambda:InvokeFunction', resource: 'Single' }],
        status: 202,
      },
    ]);
    expect(
      recording.invocations.find((run) => run.function === 'Single' && run.trigger.source === 'invoke'),
    ).toMatchObject({
      trigger: { source: 'invoke', detail: 'Probe' },
      mode: 'async',
    });
  });
});

async function untilHello(events: { next(): Promise<unknown> }): Promise<void> {
  for (;;) if (JSON.stringify(await events.next()).includes('hello')) return;
}

describe('the schedule', () => {
  const scheduled = {
    version: '0',
    id: expect.any(String),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    region: 'us-east-1',
    resources: ['arn:aws:events:us-east-1:000000000000:rule/Test-Minute'],
    detail: {},
  };

  test('runs the function at its rate', async () => {
    const events = heard(room);
    for (let count = 0; count < 2; count++) {
      room.clock.forward(5 * minute);
      expect(await events.next()).toEqual(scheduled);
      room.clock.forward(4 * minute);
      await room.invoke('Single', order('context'));
      expect(events.size).toBe(0);
    }
  });

  test('runs the function at once with runNow, and waits for it', async () => {
    const recording = room.calls.record();
    await room.runSchedule();
    expect(recording.invocations).toContainEqual(
      expect.objectContaining({ function: 'Single', mode: 'async', trigger: { source: 'schedule', detail: 'Minute' } }),
    );
    recording.stop();
  });
});

test('when the room closes, a running function can call the services, but starts no other function', async () => {
  const closing = await startProbeRoom();
  const recording = closing.calls.record();
  const input = { name: 'Test-Probe', type: 'Event', payload: {} };
  // A new environment opens its first socket only after the room has begun to close.
  const running = closing.order({ do: 'invoke', input });
  await closing.close();
  expect(await running).toMatchObject({ StatusCode: 202 });
  expect(recording.invocations).toHaveLength(1);
});
