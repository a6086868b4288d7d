import * as v from 'valibot';
import { storedSettings } from '../../../protocol/admin/settings.ts';
import { DamagedFileError } from '../../../protocol/backup/sealed-file.ts';
import { limits, streamMessage } from '../../../protocol/index.ts';
import { mostBans, prefixOf } from '../bans.ts';
import { kicked } from '../kicked.ts';
import { parseStored } from '../parse-stored.ts';
import { isUsableHash } from '../password.ts';

/** The current version of the format. The room refuses newer versions. */
export const formatVersion = 1;
export const formatName = 'serverless-chat-room backup';

const number = v.pipe(v.number(), v.integer(), v.minValue(0));
/** Epoch milliseconds. */
const time = v.pipe(v.number(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1));

/** Half of what the wire can number, so that a restored stream can go on. */
const sequenceNumber = v.pipe(number, v.maxValue(2 ** 47));

const ban = v.pipe(
  v.string(),
  v.check((prefix) => prefixOf(prefix) === prefix, 'no address or prefix'),
);
/** Two administrators may ban at the same time. */
const bans = v.pipe(
  v.record(ban, time),
  v.check((all) => Object.keys(all).length <= 2 * mostBans, 'too many bans'),
);

/**
 * All settings except `open`, and the other kept attributes of the Room item. Nothing else of a file gets into that item, which every
 * command reads: an attribute of another form would stop the room for good.
 */
const settings = v.object({ ...v.omit(v.object(storedSettings), ['open']).entries, bans: v.optional(bans) });

const keptRoom = v.object({ ...settings.entries, lastBroadcast: number });

/** The attributes of the Room item that a backup keeps. */
export type KeptRoom = v.InferOutput<typeof keptRoom>;

/** Parses the kept attributes of the Room item. */
export const parseKeptRoom = (item: unknown): KeptRoom => parseStored(keptRoom, item);

const header = v.object({
  format: v.literal(formatName),
  version: v.literal(formatVersion),
  /** ISO 8601. The file contains everything that was acknowledged before this time. */
  takenAt: v.pipe(v.string(), v.isoTimestamp()),
  settings,
});

/** The blocked users: account id to folded name. An item has no space for many more than a user may block. */
const blocks = v.pipe(
  v.record(v.string(), v.string()),
  v.check((all) => Object.keys(all).length <= 2 * limits.blockedUsers, 'too many blocked users'),
);

/** An account, with all attributes of its item, so that a backup keeps attributes added later. */
const user = v.looseObject({
  name: text,
  displayName: text,
  accountId: text,
  passwordHash: v.pipe(v.string(), v.check(isUsableHash, 'not a password hash of bounded cost')),
  /** The reverse lists are computed from it. */
  blocks: v.optional(blocks, {}),
  inboxAcked: number,
  roomAcked: number,
  // As the room reads them. One account of another form would fail every list of accounts.
  mustChangePassword: v.optional(v.boolean()),
  // A login asks whether the attribute is there.
  suspended: v.optional(v.literal(true)),
  kicked: v.optional(kicked),
  nameClaimed: v.optional(v.boolean()),
  announcedUntil: v.optional(v.number()),
});

const owner = v.object({ name: text, accountId: text });

/** A message of the room's stream, or of the inbox of an account of the same file. */
const message = v.pipe(
  v.looseObject({
    stream: v.picklist(['room', 'inbox']),
    owner: v.optional(owner),
    seq: v.pipe(sequenceNumber, v.minValue(1)),
    /** Epoch seconds. */
    expiresAt: number,
    hiddenFrom: v.optional(v.set(v.string())),
  }),
  v.check(({ stream, owner }) => (stream === 'inbox') === (owner !== undefined), 'an inbox has an owner'),
  v.check((one) => v.is(streamMessage, { ...one, type: 'event' }), 'no message of a stream'),
);

/** Wrong passwords and the block they led to. Invitations and counters have no tries. */
const loginBlock = v.pipe(
  v.looseObject({
    name: text,
    address: text,
    blockedUntil: time,
    expiresAt: number,
    tries: v.optional(v.array(v.looseObject({ at: time, id: v.optional(v.string()) }))),
    version: v.optional(text),
    blocks: v.optional(number),
    goodAt: v.optional(time),
  }),
  v.check(({ tries, version }) => tries === undefined || version !== undefined, 'tries without a version'),
);

const who = v.looseObject({ name: text, displayName: text, accountId: text });

/** A file that waits for its recipient. Its bytes may follow; otherwise they are in the object with its key. */
const file = v.looseObject({
  recipient: text,
  file: text,
  to: who,
  from: who,
  name: text,
  size: number,
  sha256: text,
  objectKey: v.pipe(v.string(), v.regex(/^files\/[^/]+\/[^/]+\/[^/]+$/)),
  state: v.literal('stored'),
  uploadUntil: time,
  dueAt: time,
  urlsUntil: v.optional(time),
  told: v.object({ seq: number, at: time }),
  expiresAt: number,
});

/** A piece of the bytes of the preceding file. */
const bytes = v.object({
  objectKey: text,
  /** How many records of each kind the file has. */
  size: number,
  offset: number,
  base64: v.pipe(v.string(), v.base64()),
});

const trailer = v.object({
  counts: v.object({
    users: number,
    messages: number,
    loginBlocks: number,
    // The first backups had no files.
    files: v.optional(number, 0),
  }),
  /** The room stream's last number, in case its messages have expired. */
  lastBroadcast: sequenceNumber,
});

/** The schema of each kind of line. */
const schemas = { header, user, message, loginBlock, file, bytes, trailer } as const;

export type Kind = keyof typeof schemas;

/** The order of records. An inbox follows its owner, so accounts and inbox messages alternate. */
export const places = {
  header: 0,
  user: 1,
  message: 1,
  loginBlock: 2,
  file: 3,
  bytes: 3,
  trailer: 4,
} as const satisfies Record<Kind, number>;

export type Header = v.InferOutput<typeof header>;
export type KeptUser = v.InferOutput<typeof user>;
export type KeptMessage = v.InferOutput<typeof message>;
export type KeptLoginBlock = v.InferOutput<typeof loginBlock>;
export type KeptFile = v.InferOutput<typeof file>;
export type KeptBytes = v.InferOutput<typeof bytes>;
export type Trailer = v.InferOutput<typeof trailer>;
export type Counts = Trailer['counts'];

export const none: Counts = { users: 0, messages: 0, loginBlocks: 0, files: 0 };

/** One line of a backup. */
export type BackupRecord =
  | { readonly kind: 'header'; readonly header: Header }
  | { readonly kind: 'user'; readonly user: KeptUser }
  | { readonly kind: 'message'; readonly message: KeptMessage }
  | { readonly kind: 'loginBlock'; readonly loginBlock: KeptLoginBlock }
  | { readonly kind: 'file'; readonly file: KeptFile }
  | { readonly kind: 'bytes'; readonly bytes: KeptBytes }
  | { readonly kind: 'trailer'; readonly trailer: Trailer };

/** Encodes sets, the only type of the stored items that JSON lacks. */
const lock = '$set';
const withSets = (_key: string, value: unknown) => (value instanceof Set ? { [lock]: [...value] } : value);
const toSets = (_key: string, value: unknown) => {
  if (typeof value !== 'object' || value === null || !(lock in value)) return value;
  return new Set(value[lock] as unknown[]);
};

/** A record as its line, `{"<kind>":{…}}`. */
export function toLine<K extends Kind>(kind: K, record: v.InferInput<(typeof schemas)[K]>): string {
  return `${JSON.stringify({ [kind]: record }, withSets)}\n`;
}

/**
 * Parses a line.
 * @throws DamagedFileError if it is not a record of this format.
 */
export function parseLine(line: string): BackupRecord {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line, toSets);
  } catch {
    throw new DamagedFileError('A line of it is no JSON.');
  }
  const [[kind = '', value] = [], ...others] = typeof parsed === 'object' && parsed ? Object.entries(parsed) : [];
  if (!isKind(kind) || others.length > 0) throw new DamagedFileError('A line of it is no record of a backup.');
  if (kind === 'header') refuseNewer(value);
  const result = v.safeParse(schemas[kind] as v.GenericSchema, value);
  if (!result.success) {
    const [issue] = result.issues;
    throw new DamagedFileError(`A ${kind} in it is not well-formed: ${v.getDotPath(issue) ?? kind}: ${issue.message}.`);
  }
  // TypeScript does not relate a computed key to the value of `kind`.
  return { kind, [kind]: result.output } as unknown as BackupRecord;
}

/** Parses a stored item as a record. An item of another form is an error of the room, not a damaged file. */
export function parseRecord<K extends Kind>(kind: K, item: unknown): v.InferOutput<(typeof schemas)[K]> {
  return parseStored(schemas[kind] as v.GenericSchema<unknown, v.InferOutput<(typeof schemas)[K]>>, item);
}

const isKind = (word: string): word is Kind => Object.hasOwn(schemas, word);

const versioned = v.object({ format: v.literal(formatName), version: v.number() });

function refuseNewer(value: unknown): void {
  if (!v.is(versioned, value)) throw new DamagedFileError('It is not a backup of a room.');
  if (value.version > formatVersion) {
    throw new DamagedFileError(`Its format is version ${value.version}; this room reads ${formatVersion} and older.`);
  }
}
