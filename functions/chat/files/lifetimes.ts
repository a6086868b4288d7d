/** How long (ms) a URL may be used; what has begun by then may end later. */
export const urlLifetime = 5 * 60_000;

/** Bytes a second; an upload that is slower than this is given up on. */
export const slowestUpload = 64 * 1024;

/** Added (ms) for clocks that differ, and for a connection that is slow to begin. */
const slack = 60_000;

/** Until when (epoch ms) an upload may begin that is announced now, and until when it is waited for. */
export function uploadTimes(now: number, size: number): { uploadUntil: number; dueAt: number } {
  const uploadUntil = now + urlLifetime;
  return { uploadUntil, dueAt: uploadUntil + slack + Math.ceil((size / slowestUpload) * 1000) };
}
