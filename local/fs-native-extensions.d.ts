declare module 'fs-native-extensions' {
  /** Takes the kernel's advisory lock on an open file, without waiting; false if another process has it. */
  export function tryLock(fd: number): boolean;
  /** Releases the lock. */
  export function unlock(fd: number): void;
}
