/** The lifetime (ms) of a presigned URL. A transfer that began in time may end later. */
export const urlLifetime = 5 * 60_000;

/** The minimum speed of an upload, in bytes a second. A slower upload fails. */
const slowestUpload = 64 * 1024;

/** Margin (ms) for clock skew and for a slow start of the connection. */
const slack = 60_000;

/** The times (epoch ms) for an upload that is announced now: the latest start, and when the room gives it up. */
export function uploadTimes(now: number, size: number): { uploadUntil: number; dueAt: number } {
  const uploadUntil = now + urlLifetime;
  return { uploadUntil, dueAt: uploadUntil + slack + Math.ceil((size / slowestUpload) * 1000) };
}
