import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { contextOfCdkJson, parseConfig } from '../infra/config.ts';
import { deviationsOf } from '../test/emulator/deviations.ts';
import { type Deployment, environmentFor } from '../test/harness/deployed-room.ts';
import { endInOrder, endWithUs } from '../test/harness/ending.ts';
import { smokeDeviations } from '../test/smoke/deviations.ts';
import { smoke } from '../test/smoke/smoke.ts';
import { findTarget } from '../test/smoke/target.ts';
import { parseEndpoint } from './emulator/arguments.ts';
import { emulatorPageUrl, emulatorUrl, resourcesOf } from './emulator/deployment.ts';
import { emulatorAt } from './emulator/emulators.ts';
import { NoPython, pythonTool } from './tools/python.ts';

/**
 * npm run test:emulator [-- --endpoint URL] [scenes]: plays the scenes, and then the smoke test (`smoke`), in the room
 * deployed to the emulator at this address. Without an address it starts ministack, deploys to it, and ends it
 * afterwards.
 */
// The SDK warns about the Node.js version of this machine. The functions run on Lambda's.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
endInOrder();
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { endpoint, rest: scenes } = parseEndpoint(
  'npm run test:emulator --',
  'Play the scenes in a room on an emulator of AWS.',
  process.argv.slice(2),
);
try {
  process.exitCode = endpoint === undefined ? await inMinistack() : await play(endpoint);
} catch (error) {
  if (!(error instanceof NoPython)) throw error;
  console.log(`Skipped: ${error.message}.`);
}

async function inMinistack(): Promise<number> {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const ministack = endWithUs(
    spawn(pythonTool('ministack'), {
      stdio: 'ignore',
      env: { ...process.env, GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1', LOG_LEVEL: 'ERROR' },
    }),
  );
  const ended = once(ministack, 'exit');
  try {
    await answers(address);
    const deploy = ['scripts/run.mjs', '--built', 'scripts/deploy-emulator.ts', '--endpoint', address];
    if ((await run(deploy)) !== 0) return 1;
    return await play(address);
  } finally {
    ministack.kill();
    await ended;
  }
}

async function play(address: string): Promise<number> {
  const { stackName: stack, stage } = parseConfig(contextOfCdkJson()['config']);
  const { name: emulator } = await emulatorAt(address);
  const deployment: Deployment = { endpoint: address, stack, stage, emulator };
  for (const { scene, test, why } of deviationsOf(emulator)) {
    if (test === undefined) console.log(`Skipped: ${scene} ${why}.`);
  }
  const isSmoke = (scene: string) => scene === 'smoke';
  const code = scenes.length > 0 && scenes.every(isSmoke) ? 0 : await playScenes(deployment);
  if (scenes.length > 0 && !scenes.some(isSmoke)) return code;
  Object.assign(process.env, environmentFor(deployment));
  return (await smokeTest(deployment)) ? code : 1;
}

function playScenes(deployment: Deployment): Promise<number> {
  return run(
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--config',
      'vitest.emulator.config.ts',
      ...scenes.filter((one) => one !== 'smoke').map((one) => `test/scenes/${one}`),
    ],
    environmentFor(deployment),
  );
}

/** Runs the smoke test. Returns whether it observed nothing but AWS's behaviour and the emulator's known deviations from it. */
async function smokeTest({ endpoint: at, stack, stage, emulator }: Deployment): Promise<boolean> {
  const find = await resourcesOf(stack);
  const api = find('AWS::ApiGatewayV2::Api', 'GatewayApi');
  // Node.js does not resolve the name in the stack's output.
  const page = emulatorPageUrl(at, find('AWS::ApiGatewayV2::Api', 'PageGatewayApi'));
  const target = { ...(await findTarget({ stack, url: emulatorUrl(at, api, stage) })), page };
  const { outcomes, problems } = await smoke(target, {
    print: (line) => console.log(line),
    deviations: smokeDeviations[emulator],
    samples: 10,
  });
  return problems.length === 0 && outcomes.every(({ verdict }) => verdict !== 'differs');
}

/** Runs a program with this Node. Returns its exit code. */
async function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = endWithUs(spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...environment } }));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has no address');
  return address.port;
}

/** Waits until a started emulator answers. */
async function answers(address: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await emulatorAt(address);
      return;
    } catch (error) {
      if (tries >= 120) throw error;
      await sleep(500);
    }
  }
}
