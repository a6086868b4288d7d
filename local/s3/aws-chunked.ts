import { S3Error } from './errors.ts';

/** Longer than any valid chunk header or trailer. */
const longestLine = 8 * 1024;

/**
 * Decodes a body in the content encoding `aws-chunked`. An SDK uses it to send a checksum after a streamed body:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 * @param trailers receives the trailers by name, after the last byte.
 */
export async function* decodeAwsChunked(
  body: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const source = body[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);

  /** Reads the next bytes; false at the end. */
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
