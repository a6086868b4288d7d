import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A small disk in memory, which a test can fill or make read-only. Only root may mount one, on Linux. */
export class SmallDisk {
  /** A folder on the disk. */
  readonly folder: string;
  readonly #mount: string;
  readonly #filler: string;

  private constructor(mount: string) {
    this.#mount = mount;
    this.#filler = join(mount, 'filler');
    this.folder = join(mount, 'data');
    mkdirSync(this.folder);
  }

  /** Mounts a disk on an existing folder. Undefined if this user may not. */
  static mount(folder: string, megabytes: number): SmallDisk | undefined {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'none', folder], { stdio: 'ignore' });
    } catch {
      return undefined;
    }
    return new SmallDisk(folder);
  }

  /** Leaves no free byte. */
  fill(): void {
    const file = openSync(this.#filler, 'w');
    try {
      for (let bytes = 1024 ** 2; bytes >= 1; ) {
        try {
          writeSync(file, Buffer.alloc(bytes));
        } catch {
          bytes /= 2;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  /** Possible only while no file on the disk is open for writing. */
  makeReadOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.#mount]);
  }

  /** Empties it, and makes it writable again. */
  restore(): void {
    execFileSync('mount', ['-o', 'remount,rw', this.#mount]);
    rmSync(this.#filler, { force: true });
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.#mount]);
  }
}
