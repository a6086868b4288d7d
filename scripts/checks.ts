import { spawnSync } from 'node:child_process';

export interface Step {
  readonly name: string;
  /** Arguments of Node. */
  readonly command: readonly string[];
}

/** What must hold of the sources before anything is run; each says itself what is wrong. */
export const checks: readonly Step[] = [
  { name: 'format and lint', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'] },
  { name: 'types', command: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  { name: 'types of workers', command: ['node_modules/typescript/bin/tsc', '-p', 'local'] },
  { name: 'types of scripts', command: ['node_modules/typescript/bin/tsc', '-p', 'scripts'] },
];

/** Runs every step, whatever becomes of the others. */
export function runSteps(steps: readonly Step[]): { passed: number; failed: number } {
  const count = { passed: 0, failed: 0 };
  for (const { name, command } of steps) {
    const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
    console.log(`${status === 0 ? '✓' : '✗'} ${name}`);
    count[status === 0 ? 'passed' : 'failed'] += 1;
  }
  return count;
}
