/**
 * Parses the frame headers in a client's byte stream (RFC 6455, section 5.2). API Gateway limits the size of a frame, but a
 * WebSocket library reports only whole messages.
 */
export class FrameSizeGuard {
  readonly #limit: number;
  /** The bytes of an incomplete header. */
  #header: Buffer = Buffer.alloc(0);
  /** How many payload bytes of the current frame are still to come. */
  #skip = 0;

  /** @param limit the largest payload of one frame, in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether all frames that begin in this chunk are within the limit. */
  accepts(chunk: Buffer): boolean {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, rest.length);
        this.#skip -= skipped;
        rest = rest.subarray(skipped);
        continue;
      }
      const known = this.#header.length;
      this.#header = Buffer.concat([this.#header, rest.subarray(0, 14 - known)]);
      const frame = readHeader(this.#header);
      if (frame === undefined) return true;
      if (frame.payload > this.#limit) return false;
      rest = rest.subarray(frame.header - known);
      this.#header = Buffer.alloc(0);
      this.#skip = frame.payload;
    }
    return true;
  }
}

/** Lengths of a frame's header and payload; undefined while the header is not complete. */
function readHeader(bytes: Buffer): { header: number; payload: number } | undefined {
  if (bytes.length < 2) return undefined;
  const second = bytes.readUInt8(1);
  const mask = second & 0x80 ? 4 : 0;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const header = 2 + lengthBytes + mask;
  if (bytes.length < header) return undefined;
  const payload =
    lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { header, payload };
}
