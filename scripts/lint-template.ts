import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { NoPython, pythonTool } from './tools/python.ts';

/** npm run lint:template: runs cfn-lint on the synthesized template. `.cfnlintrc.yaml` lists the ignored rules. */
try {
  const { status } = spawnSync(
    pythonTool('cfn-lint'),
    readdirSync('cdk.out')
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => `cdk.out/${file}`),
    { stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
  if (status === 0) console.log('cfn-lint finds nothing.');
} catch (error) {
  if (!(error instanceof NoPython)) throw error;
  console.log(`Skipped: ${error.message}.`);
}
