const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'you may not',
  EPERM: 'you may not',
  ELOOP: 'it is a symbolic link',
  ENOTDIR: 'it does not exist',
  EISDIR: 'it is a folder',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is full',
  EFBIG: 'it is larger than the disk takes',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open',
};

/** The operating system's reason, in a few words. */
export function osReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && reasons[code]) || message;
}

/** Whether this is an error of the operating system, with one of the given codes, if any. */
export function isOsError(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('syscall' in error)) return false;
  return codes.length === 0 || codes.includes(String((error as NodeJS.ErrnoException).code));
}
