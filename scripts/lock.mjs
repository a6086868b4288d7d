import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Runs `work` under a lock between processes of this machine. Takes over the lock of a process that has died. Uses
 * nothing but Node, because it guards the installation of all packages.
 *
 * The lock is a folder with one file, named after its owner. A rename puts it in place. A rename onto a folder that is
 * not empty fails, so one process wins, and the lock always has an owner.
 *
 * @template T
 * @param {string} path the lock's folder; its parent is created if missing
 * @param {() => T | Promise<T>} work
 * @param {(pid: number) => void} [onWait] called once if another process holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(path, work, onWait = () => {}) {
  mkdirSync(dirname(path), { recursive: true });
  const owner = `${process.pid}.${randomUUID()}`;
  const ours = `${path}.${owner}`;
  /** @type {string[]} */
  const dead = [];
  mkdirSync(ours);
  writeFileSync(`${ours}/${owner}`, '');
  try {
    for (let told = false; !move(ours, path); await wait(50)) {
      const holder = ownerOf(path);
      if (holder === undefined) continue;
      const pid = Number.parseInt(holder, 10);
      if (isAlive(pid)) {
        if (!told) onWait(pid);
        told = true;
        // Keep the moved folder until the end. Another process may have found the same owner dead; if it is late, its rename
        // fails, and it does not move our own lock away.
      } else if (move(path, `${path}.${holder}.dead`)) dead.push(`${path}.${holder}.dead`);
    }
    try {
      return await work();
    } finally {
      // Rename first: removing takes two steps, and another process could rename onto the empty folder in between.
      move(path, ours);
    }
  } finally {
    for (const folder of [ours, ...dead]) rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
function move(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    // Windows reports EPERM where POSIX reports ENOTEMPTY.
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOENT')) return false;
    throw error;
  }
}

/** @param {string} path */
function ownerOf(path) {
  try {
    return readdirSync(path)[0];
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/**
 * @param {unknown} error
 * @param {string[]} codes
 */
function hasCode(error, ...codes) {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
