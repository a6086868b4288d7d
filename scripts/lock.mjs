import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Runs `work` while holding a lock that other processes of this machine respect. A lock whose process has died is
 * taken over. Uses nothing but Node: it guards the installation of everything else.
 *
 * The lock is a folder with one file in it, named after its owner. It is moved into place whole, and a folder cannot
 * be moved onto one that is not empty: so one process wins, and the lock is never seen without its owner.
 *
 * @template T
 * @param {string} path the lock's folder; its parent is made if need be
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
        // What it is moved to stays until we are done: who found the same owner dead a moment ago, and is late to move
        // it, cannot move our own lock there.
      } else if (move(path, `${path}.${holder}.dead`)) dead.push(`${path}.${holder}.dead`);
    }
    try {
      return await work();
    } finally {
      // Moved first, because removing takes two steps, and an empty folder is there for the taking.
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
    // Windows says EPERM where POSIX says that the target is not empty.
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
