import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { ChatRoomStack } from './chat-room-stack.ts';

const bundles = fileURLToPath(new URL('../dist/functions', import.meta.url));
if (!existsSync(bundles)) {
  process.stderr.write('dist/functions is missing: run `npm run build` first.\n');
  process.exit(1);
}

const app = new App({ outdir: process.env['CDK_OUTDIR'] ?? 'cdk.out', analyticsReporting: false });
new ChatRoomStack(app, 'ServerlessChatRoom', {
  bundles,
  description: 'A chat room with no server to keep running',
  ephemeral: String(app.node.tryGetContext('ephemeral')) === 'true',
});
app.synth();
