import { fileURLToPath } from 'node:url';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ChatRoomStack } from './chat-room-stack.ts';
import { ConfigError, contextOfCdkJson, readConfig } from './config.ts';

/** `scripts/ensure-built.mjs` makes them first. */
const bundles = fileURLToPath(new URL('../dist/functions', import.meta.url));
const app = new App({
  outdir: process.env['CDK_OUTDIR'] ?? 'cdk.out',
  analyticsReporting: false,
  context: contextOfCdkJson(),
});
try {
  new ChatRoomStack(app, 'ServerlessChatRoom', { bundles, config: readConfig(app.node) });
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
// Quick builds skip the validation; `npm run synth` does it.
if (String(app.node.tryGetContext('nag')) === 'true') Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
