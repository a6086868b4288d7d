import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  ApiGatewayV2Client,
  CreateIntegrationResponseCommand,
  GetIntegrationsCommand,
} from '@aws-sdk/client-apigatewayv2';
import { contextOfCdkJson, parseConfig } from '../infra/config.ts';
import { adaptAssembly } from './emulator/adapt.ts';
import { parseEndpoint } from './emulator/arguments.ts';
import { emulatorEnvironment, emulatorUrl, resourcesOf } from './emulator/deployment.ts';
import { emulatorAt } from './emulator/emulators.ts';

/** npm run deploy:emulator -- --endpoint URL: bootstraps an emulator and deploys the room to it, with the CDK. */
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { endpoint } = parseEndpoint(
  'npm run deploy:emulator --',
  'Deploy the room to an emulator of AWS.',
  process.argv.slice(2),
);
if (endpoint === undefined) {
  console.error('Give the address of an emulator, such as --endpoint http://127.0.0.1:4566.');
  process.exit(2);
}
const { stackName, stage } = parseConfig(contextOfCdkJson()['config']);
const stackId = 'ServerlessChatRoom';
const emulator = await emulatorAt(endpoint);
console.log(`Deploying to the emulator at ${endpoint} ...`);

const assembly = join('dist', 'emulator.out');
rmSync(assembly, { recursive: true, force: true });
run(['--import', 'tsx', 'infra/app.ts'], {
  CDK_OUTDIR: assembly,
  CDK_VALIDATION: 'false',
  CDK_CONTEXT_JSON: JSON.stringify({ ephemeral: true }),
});
adaptAssembly(assembly, stackId, { endpoint, stage, withoutTypes: emulator.withoutTypes });

Object.assign(process.env, emulatorEnvironment(endpoint));
cdk('bootstrap', `aws://${process.env['AWS_ACCESS_KEY_ID']}/${process.env['AWS_REGION']}`);
cdk('deploy', stackId, '--require-approval', 'never');
const find = await resourcesOf(stackName);
const api = find('AWS::ApiGatewayV2::Api', 'GatewayApi');
if (emulator.withoutTypes.includes('AWS::ApiGatewayV2::IntegrationResponse')) await answerPings(api);
// By this name the page has the origin that the stack knows. Browsers resolve it to this machine.
const pageApi = find('AWS::ApiGatewayV2::Api', 'PageGatewayApi');
console.log(`The web page is at http://${pageApi}.execute-api.localhost:${new URL(endpoint).port || '80'}/`);
console.log(`The room is open at ${emulatorUrl(endpoint, api, stage)}`);

function cdk(command: string, ...args: string[]): void {
  run(['node_modules/aws-cdk/bin/cdk', command, ...args, '--app', assembly], {});
}

function run(args: readonly string[], environment: Record<string, string>): void {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
  if (status !== 0) process.exit(status ?? 1);
}

/** Creates the answer of the MOCK integration, which the emulator's CloudFormation does not support. */
async function answerPings(ApiId: string): Promise<void> {
  const gateway = new ApiGatewayV2Client();
  const { Items = [] } = await gateway.send(new GetIntegrationsCommand({ ApiId }));
  for (const { IntegrationId, IntegrationType } of Items) {
    if (IntegrationType !== 'MOCK') continue;
    await gateway.send(
      new CreateIntegrationResponseCommand({
        ApiId,
        IntegrationId,
        IntegrationResponseKey: '$default',
        ResponseTemplates: { $default: '{"type":"pong"}' },
      }),
    );
  }
}
