import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { codeOf } from '../errors.ts';

/** Sends a signal to a process. Ignores that the process has ended. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** The command line of a running process. Undefined if there is no such process, or its command line is not readable. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const content = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
    return content?.replaceAll('\0', ' ');
  }
  const [command, ...options]: [string, ...string[]] =
    process.platform === 'win32'
      ? [
          'powershell',
          '-NoProfile',
          '-Command',
          `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`,
        ]
      : ['ps', '-ww', '-o', 'args=', '-p', String(pid)];
  return promisify(execFile)(command, options).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}
