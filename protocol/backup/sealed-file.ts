import { createHash } from 'node:crypto';

/**
 * The container of a backup: concatenated gzip members, as `zcat` reads them, each sealed. A member's header has one extra field
 * (RFC 1952, 2.3.1.1) with the member's length and its seal: the SHA-256 of the previous seal, the length and the member's content.
 * The seals form a hash chain over the whole file. A reader detects a damaged, missing or misplaced member before it uses it, holds one
 * member at a time, and can continue at any member.
 */
const fixedHeader = Buffer.from([
  // gzip, deflate, FEXTRA flag; no time; no compression hint; operating system unknown.
  ...[0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff],
  // Length of the extra field; the subfield "CR" and its length.
  ...[40, 0, 0x43, 0x52, 36, 0],
]);
const sealBytes = 32;
const plainHeaderBytes = 10;
/** A member's compressed data starts here. */
export const headerBytes = fixedHeader.length + 4 + sealBytes;
/** The largest member that a reader accepts, so that a damaged length cannot exhaust its memory. */
const mostMemberBytes = 16 * 1024 * 1024;

/** A position between two members: `offset` in bytes, and the seal (hex) of the member before it. */
export interface Position {
  readonly offset: number;
  readonly seal: string;
}

export const beginning: Position = { offset: 0, seal: '0'.repeat(2 * sealBytes) };

/** Random access to a file. `read` returns fewer bytes only at the end of the file. */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The file is damaged or is not a backup. The message is for users. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
}

function sealOf(before: string, length: Uint8Array, content: Uint8Array): string {
  return createHash('sha256').update(Buffer.from(before, 'hex')).update(length).update(content).digest('hex');
}

/** Seals gzip output (one member without extra fields) as the next member after a position. */
export function sealMember(gzipped: Uint8Array, after: Position): { member: Buffer; next: Position } {
  const content = gzipped.subarray(plainHeaderBytes);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(headerBytes + content.length);
  const seal = sealOf(after.seal, length, content);
  const member = Buffer.concat([fixedHeader, length, Buffer.from(seal, 'hex'), content]);
  return { member, next: { offset: after.offset + member.length, seal } };
}

/**
 * Reads a sealed file from a position to its end, member by member. Yields a member only if it is intact and in its place.
 * @throws DamagedFileError
 */
export async function* readSealed(
  source: ByteSource,
  from: Position = beginning,
): AsyncGenerator<{ member: Uint8Array; next: Position }> {
  for (let at = from; at.offset < source.size; ) {
    const header = Buffer.from(await source.read(at.offset, headerBytes));
    const start = header.subarray(0, fixedHeader.length);
    if (!start.equals(fixedHeader.subarray(0, start.length))) {
      throw new DamagedFileError(
        at.offset === 0 ? 'It is not a backup of a room.' : `It is damaged at byte ${at.offset}.`,
      );
    }
    if (header.length < headerBytes) throw new DamagedFileError('It is cut off.');
    const length = header.readUInt32LE(fixedHeader.length);
    if (length <= headerBytes || length > mostMemberBytes) throw damagedAfter(at);
    const member = Buffer.from(await source.read(at.offset, length));
    if (member.length < length) throw new DamagedFileError('It is cut off, or damaged.');
    const seal = header.toString('hex', fixedHeader.length + 4);
    const lengthField = header.subarray(fixedHeader.length, fixedHeader.length + 4);
    if (sealOf(at.seal, lengthField, member.subarray(headerBytes)) !== seal) throw damagedAfter(at);
    at = { offset: at.offset + length, seal };
    yield { member, next: at };
  }
}

const damagedAfter = ({ offset }: Position) => new DamagedFileError(`It is damaged after byte ${offset}.`);
