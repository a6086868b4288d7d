import { S3Error } from './errors.ts';

/** More than any chunk's head or any trailer takes. */
const longestLine = 8 * 1024;

/**
 * The bytes of a body in the content encoding `aws-chunked`, by which an SDK sends a checksum behind what it streams:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 * @param trailers gets the trailers, by their names, once the last byte has been given.
 */
export async function* decodeAwsChunked(
  body: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const source = body[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);

  /** Reads on; false at the end. */
  async function more(): Promise<boolean> {
    const { done, value } = await source.next();
    if (done === true) return false;
    rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
    return true;
  }

  async function line(): Promise<string> {
    let end = rest.indexOf('\r\n');
    while (end === -1) {
      if (rest.length > longestLine || !(await more())) throw malformed();
      end = rest.indexOf('\r\n');
    }
    const text = rest.toString('latin1', 0, end);
    rest = rest.subarray(end + 2);
    return text;
  }

  for (;;) {
    const size = /^([0-9a-f]{1,12})(?:;.*)?$/i.exec(await line())?.[1];
    if (size === undefined) throw malformed();
    let missing = Number.parseInt(size, 16);
    if (missing === 0) break;
    while (missing > 0) {
      if (rest.length === 0 && !(await more())) throw malformed();
      const piece = rest.subarray(0, missing);
      rest = rest.subarray(piece.length);
      missing -= piece.length;
      yield piece;
    }
    if ((await line()) !== '') throw malformed();
  }
  for (let trailer = await line(); trailer !== ''; trailer = await line()) {
    const colon = trailer.indexOf(':');
    if (colon < 1)
      throw new S3Error('MalformedTrailerError', 'The request contained trailing data that was not well-formed.');
    trailers.set(trailer.slice(0, colon).toLowerCase(), trailer.slice(colon + 1).trim());
  }
}

function malformed(): S3Error {
  return new S3Error('IncompleteBody', 'The request body terminated unexpectedly.');
}
