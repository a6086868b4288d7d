import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type ByteSource, DamagedFileError, type Position, readSealed } from '../../../protocol/backup/sealed-file.ts';
import { type BackupRecord, type Counts, type Header, none, parseLine, places, type Trailer } from './records.ts';

const decompress = promisify(gunzip);

/** The maximum size of an unpacked member. It limits the memory that a crafted backup can use. */
const mostMemberCharacters = 64 * 1024 * 1024;
/** Bytes per request; enough for several members. */
const readAhead = 4 * 1024 * 1024;

/**
 * Reads the records of a backup from a position to the end, member by member.
 * @throws DamagedFileError
 */
export async function* readRecords(
  source: ByteSource,
  from: Position,
): AsyncGenerator<{ records: BackupRecord[]; next: Position }> {
  for await (const { member, next } of readSealed(ahead(source), from)) {
    const lines = (await unpack(member)).split('\n');
    if (lines.pop() !== '') throw new DamagedFileError('A line of it has no end.');
    yield { records: lines.map(parseLine), next };
  }
}

async function unpack(member: Uint8Array): Promise<string> {
  try {
    const bytes = await decompress(member, { maxOutputLength: mostMemberCharacters });
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DamagedFileError(`It cannot be unpacked: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** Buffers small reads into large ones. */
function ahead(source: ByteSource): ByteSource {
  let held: { offset: number; bytes: Uint8Array } = { offset: 0, bytes: new Uint8Array() };
  return {
    size: source.size,
    async read(offset, length) {
      const missing = offset < held.offset || offset + length > held.offset + held.bytes.length;
      if (missing) held = { offset, bytes: await source.read(offset, Math.max(length, readAhead)) };
      return held.bytes.subarray(offset - held.offset, offset - held.offset + length);
    },
  };
}

/** The state of the check of a whole file. */
export interface Check {
  readonly header: Header | undefined;
  readonly counts: Counts;
  readonly trailer: Trailer | undefined;
  /** The position of the last record's kind in the order of kinds. */
  readonly at: number;
}

export const unchecked: Check = {
  header: undefined,
  counts: none,
  trailer: undefined,
  at: -1,
};

/**
 * Checks the records of the next member: one header first, then the other kinds in their order, one trailer last. No item may be
 * there twice, because DynamoDB refuses a batch with two writes of one item.
 * @throws DamagedFileError
 */
export function checkRecords(check: Check, records: readonly BackupRecord[]): Check {
  let { header, trailer, at } = check;
  const counts = { ...check.counts };
  const items = new Set<string>();
  for (const record of records) {
    const place = places[record.kind];
    const first = at === -1;
    if (first !== (record.kind === 'header') || place < at || trailer) {
      throw new DamagedFileError(`A ${record.kind} in it is out of its place.`);
    }
    at = place;
    const item = itemOf(record);
    if (item !== undefined && items.has(item)) throw new DamagedFileError(`A ${record.kind} is in it twice.`);
    if (item !== undefined) items.add(item);
    if (record.kind === 'header') header = record.header;
    else if (record.kind === 'trailer') trailer = record.trailer;
    else if (record.kind !== 'bytes') counts[`${record.kind}s`] += 1;
  }
  return { header, counts, trailer, at };
}

/** What tells the item of a record from others, for records that a restore writes in batches. */
function itemOf(record: BackupRecord): string | undefined {
  switch (record.kind) {
    case 'user':
      return JSON.stringify(['user', record.user.name]);
    case 'message': {
      const { stream, owner, seq } = record.message;
      return JSON.stringify([stream, owner?.name, owner?.accountId, seq]);
    }
    case 'loginBlock':
      return JSON.stringify(['loginBlock', record.loginBlock.name, record.loginBlock.address]);
    default:
      return undefined;
  }
}

/**
 * The header and the trailer of a file after the check of all its records.
 * @throws DamagedFileError if the file is incomplete.
 */
export function wholeFile({ header, counts, trailer }: Check): { header: Header; trailer: Trailer } {
  if (!header || !trailer) throw new DamagedFileError('It is cut off.');
  for (const [kind, count] of Object.entries(trailer.counts)) {
    const found = counts[kind as keyof Counts];
    if (found !== count) throw new DamagedFileError(`It should hold ${count} ${kind}, and holds ${found}.`);
  }
  return { header, trailer };
}
