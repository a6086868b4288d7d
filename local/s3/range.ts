import { S3Error } from './errors.ts';

/** A range of bytes; both ends are included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * The range that a Range header requests. Anything but a single range of bytes is ignored (RFC 9110, section 14.2).
 * @throws S3Error InvalidRange if the object has no byte in the range.
 */
export function readRange(header: string | undefined, size: number): Range | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  if (first > last) {
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable', { 'Content-Range': `bytes */${size}` });
  }
  return { first, last };
}
