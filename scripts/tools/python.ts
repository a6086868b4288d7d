import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Pinned Python tools, each in its own virtual environment under `dist/tools`. */
export const pythonTools = {
  'cfn-lint': '1.58.0',
  ministack: '1.5.33',
} as const;

export type PythonTool = keyof typeof pythonTools;

/** Python is not installed. */
export class NoPython extends Error {
  override readonly name = 'NoPython';
}

/**
 * Installs a tool if it is missing.
 * @returns the path of its program.
 * @throws NoPython if there is no `python3` with `venv` on this machine.
 */
export function pythonTool(tool: PythonTool): string {
  const folder = join('dist', 'tools', `${tool}-${pythonTools[tool]}`);
  const program = join(folder, 'bin', tool);
  if (existsSync(program)) return program;
  if (!succeeds('python3', ['-m', 'venv', folder]))
    throw new NoPython(`${tool} needs python3 with venv; install it first`);
  const pip = [
    join(folder, 'bin', 'python'),
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
  ] as const;
  const [python, ...args] = [...pip, `${tool}==${pythonTools[tool]}`];
  if (!succeeds(python, args)) throw new Error(`${tool} could not be installed; see pip's output above`);
  return program;
}

const succeeds = (program: string, args: readonly string[]) =>
  spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
