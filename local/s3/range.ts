import { S3Error } from './errors.ts';

/** Bytes from the first to the last, both included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * The part of an object that a Range header asks for. What is no single range of bytes is as good as no header (RFC 9110, section 14.2).
 * @throws S3Error InvalidRange if there is not a byte of it.
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
