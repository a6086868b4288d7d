import * as v from 'valibot';
import { field, isUserName, upToBytes } from '../fields.ts';
import { limits } from '../limits.ts';
import type { AdminRefusalCode } from './refusals.ts';
import { settingSchemas } from './settings.ts';

/** Something an administrator may ask of the room. IAM alone says who may: there is no other privilege. */
export interface AdminCommand {
  /** What a person says: `online users`. */
  readonly words: string;
  /** One line for `help`. */
  readonly summary: string;
  /** The arguments. */
  readonly request: v.ObjectEntries;
  /** What a reply holds beside `ok: true`. */
  readonly result: v.ObjectEntries;
  /**
   * Set for a command that acts on the room, or lets something out of it: those of its arguments that its line in the log names, never
   * a text or a secret. A command that only looks is not written down; nor is it that one goes on in another invocation.
   */
  readonly logs?: readonly string[];
  /** The refusals particular to it; `bad-request` may come anywhere. */
  readonly refusals: readonly AdminRefusalCode[];
}

const command = <const C extends AdminCommand>(entry: C): C => entry;

/**
 * A command that cannot give everything in one invocation gives `next`, and goes on there when it is asked `from` it.
 * What stands in it is nobody else's business.
 */
const goesOn = { from: v.optional(v.string()) } as const;
const more = { next: v.exactOptional(v.string()) } as const;

/** How many there are of each. */
const counts = v.object({
  users: field.count,
  messages: field.count,
  loginBlocks: field.count,
  files: field.count,
});

/** A reason, or a message that goes with something else. */
const shortText = v.maxLength<string, 500, string>(500, 'a text of at most 500 characters');

/** A name below a folder of the bucket, and nothing else. */
const backupName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, 'a name of a backup'));

/** Whether a backup in the bucket may have this name. */
export const isBackupName = (name: string): boolean => v.is(backupName, name);

/** A block of a name from an address, after wrong passwords. */
const loginBlock = v.object({ user: v.string(), address: v.string(), until: field.time });

export const adminCommands = {
  'online-users': command({
    words: 'online users',
    summary: 'who is online, from where, since when, and when last active',
    request: goesOn,
    result: {
      users: v.array(
        v.object({
          user: v.string(),
          address: v.string(),
          since: field.time,
          lastActive: field.time,
          state: v.picklist(['online', 'lost']),
        }),
      ),
      ...more,
    },
    refusals: [],
  }),
  'blocked-users': command({
    words: 'blocked users',
    summary: 'which names are blocked from where after wrong passwords, and until when',
    request: goesOn,
    result: { users: v.array(loginBlock), ...more },
    refusals: [],
  }),
  'all-users': command({
    words: 'all users',
    summary: 'everybody who is registered',
    request: goesOn,
    result: {
      users: v.array(
        v.object({
          user: v.string(),
          created: field.time,
          /** When the last session ended. */
          lastSeen: v.exactOptional(field.time),
          state: v.picklist(['online', 'lost', 'offline']),
        }),
      ),
      ...more,
    },
    refusals: [],
  }),
  settings: command({
    words: 'settings',
    summary: 'all settings and what they are',
    request: {},
    result: {
      settings: v.object({ ...settingSchemas, online: field.count }),
    },
    refusals: [],
  }),
  change: command({
    words: 'change',
    summary: 'change a setting, in force at once; the flood limits for new connections',
    request: {
      name: v.string(),
      value: v.unknown(),
      /** What it was when the administrator saw it: if it is not any more, nothing is changed. */
      seen: v.optional(v.unknown()),
    },
    /** `was` is what this change replaced: somebody else may have changed it a moment before. */
    result: { name: v.string(), value: v.unknown(), was: v.exactOptional(v.unknown()) },
    logs: ['name', 'value'],
    refusals: ['no-such-setting', 'not-by-change', 'invalid-value', 'changed-meanwhile', 'restore-unfinished'],
  }),
  kick: command({
    words: 'kick',
    summary: 'end the session of a user',
    request: {
      user: v.string(),
      reason: v.optional(v.pipe(v.string(), shortText), 'The administrator gave no reason.'),
    },
    result: { user: v.string() },
    logs: ['user'],
    refusals: ['not-online'],
  }),
  unblock: command({
    words: 'unblock',
    summary: 'let a user who is blocked after wrong passwords try again, from everywhere or from one address',
    request: { user: v.string(), address: v.optional(v.string()) },
    result: { blocks: v.array(loginBlock) },
    logs: ['user', 'address'],
    refusals: ['not-blocked'],
  }),
  remove: command({
    words: 'remove',
    summary: 'cancel the registration of a user, who may be online',
    request: { user: v.string() },
    result: { user: v.string() },
    logs: ['user'],
    refusals: ['no-such-user', 'restore-unfinished'],
  }),
  'reset-password': command({
    words: 'reset-password',
    summary: 'give a user a password for one login, at which another must be chosen',
    request: { user: v.string() },
    /** It is told this once, and kept nowhere. */
    result: { user: v.string(), password: v.string() },
    logs: ['user'],
    refusals: ['no-such-user', 'restore-unfinished'],
  }),
  announce: command({
    words: 'announce',
    summary: 'say something to everybody, whoever is away included',
    request: { text: v.pipe(field.text, upToBytes(limits.textBytes)) },
    result: { seq: field.seq, online: field.count },
    logs: [],
    refusals: ['restore-unfinished'],
  }),
  stats: command({
    words: 'stats',
    summary: 'how many users and messages there are, what they take, and about what this month has cost',
    request: {},
    result: {
      online: field.count,
      /** These three as DynamoDB counted them last, at most some six hours ago. */
      users: field.count,
      messages: field.count,
      storedBytes: v.exactOptional(field.count),
      /** What files and backups take in the bucket, now. */
      objectBytes: field.count,
      /** US$ since the month began (UTC), from what was counted in it and what that costs on average. */
      estimate: v.object({
        since: field.time,
        parts: v.array(v.object({ what: v.string(), count: field.count, usd: v.number() })),
        total: v.number(),
      }),
    },
    refusals: [],
  }),
  doctor: command({
    words: 'doctor',
    summary: 'check what is on record against itself and against API Gateway, and say what is wrong',
    request: { ...goesOn, repair: v.optional(v.boolean(), false) },
    /** What one part of it compared in this invocation, and what was wrong; `repaired` is false if it had changed by then. */
    result: {
      part: v.string(),
      checked: field.count,
      findings: v.array(
        v.object({ kind: v.string(), about: v.string(), text: v.string(), repaired: v.exactOptional(v.boolean()) }),
      ),
      ...more,
    },
    logs: ['repair'],
    refusals: ['restore-unfinished'],
  }),
  stop: command({
    words: 'stop',
    summary: 'close the room: everybody is told, and sent away',
    request: {
      ...goesOn,
      message: v.optional(v.pipe(field.text, shortText), 'The administrator has stopped it.'),
    },
    /** What this invocation did; `stoppedAt` is when the room was closed. */
    result: { ended: field.count, closed: field.count, stoppedAt: field.time, ...more },
    logs: [],
    refusals: [],
  }),
  start: command({
    words: 'start',
    summary: 'open the room again',
    request: {},
    result: {},
    logs: [],
    refusals: ['restore-unfinished'],
  }),
  backup: command({
    words: 'backup',
    summary: 'write accounts, messages and settings to one file, while people chat on',
    request: {
      ...goesOn,
      /** Whether with the bytes of the files that wait for their recipients, not their records alone. */
      withFiles: v.optional(v.boolean(), false),
    },
    result: {
      stage: v.string(),
      counts,
      /** When it is done. `seal` is that of the file's last member, and so of all of it. */
      backup: v.exactOptional(v.object({ name: backupName, bytes: field.count, seal: field.sha256 })),
      ...more,
    },
    logs: [],
    refusals: ['busy', 'not-under-way', 'restore-unfinished'],
  }),
  backups: command({
    words: 'backups',
    summary: 'the backups in the bucket',
    request: {},
    result: { backups: v.array(v.object({ name: v.string(), bytes: field.count, storedAt: field.time })) },
    refusals: [],
  }),
  'backup-url': command({
    words: 'backup-url',
    summary: 'an address, good for minutes, to download a backup from',
    request: { name: backupName },
    result: { url: v.string() },
    // Whoever has the address has every password's hash.
    logs: ['name'],
    refusals: [],
  }),
  'upload-url': command({
    words: 'upload-url',
    summary: 'an address, good for minutes, to upload a backup of so many bytes to',
    request: { name: backupName, bytes: field.count },
    result: { url: v.string(), headers: v.record(v.string(), v.string()) },
    logs: ['name', 'bytes'],
    refusals: [],
  }),
  'save-log': command({
    words: 'save-log',
    summary: 'save the log since the room was opened last in the bucket',
    request: goesOn,
    result: {
      lines: field.count,
      /** When it is done. */
      saved: v.exactOptional(v.object({ name: v.string(), lines: field.count })),
      ...more,
    },
    logs: [],
    refusals: ['busy', 'not-under-way'],
  }),
  restore: command({
    words: 'restore',
    summary: 'make the room what it was when a backup was taken',
    request: {
      ...goesOn,
      file: backupName,
      /** Whether what is in the room may go. */
      replace: v.optional(v.boolean(), false),
      /** Only say what would become of it. */
      dryRun: v.optional(v.boolean(), false),
    },
    result: {
      stage: v.string(),
      counts,
      /** When it is done: what the file holds. */
      restored: v.exactOptional(
        v.object({
          file: v.string(),
          takenAt: field.time,
          counts,
          settings: v.record(v.string(), v.unknown()),
          /** Files that could not be restored: their bytes are not there, or they were told of after the backup was taken. */
          leftOut: v.exactOptional(v.object({ withoutBytes: field.count, untold: field.count })),
          /** In a dry run: what the room holds, which would go; its settings; and why the restore would be refused, if it would be. */
          present: v.exactOptional(
            v.object({
              counts,
              settings: v.record(v.string(), v.unknown()),
              refusal: v.exactOptional(v.string()),
            }),
          ),
          open: v.boolean(),
        }),
      ),
      ...more,
    },
    logs: ['file', 'replace', 'dryRun'],
    refusals: ['busy', 'not-under-way', 'no-such-backup', 'damaged-backup', 'room-not-empty', 'room-not-stopped'],
  }),
  import: command({
    words: 'import',
    summary: 'take settings from a file like para.txt, all of them or none',
    request: { settings: v.record(v.string(), v.unknown()) },
    /** `was` is what each was before. */
    result: {
      settings: v.record(v.string(), v.unknown()),
      was: v.exactOptional(v.record(v.string(), v.unknown())),
    },
    logs: ['settings'],
    refusals: ['no-such-setting', 'not-by-change', 'invalid-value', 'restore-unfinished'],
  }),
  log: command({
    words: 'log',
    summary: 'what was done in the room: who, what, when, and what came of it',
    request: {
      since: field.time,
      until: v.optional(field.time),
      /** Only what this user did. */
      user: v.optional(v.pipe(v.string(), v.check(isUserName, 'a user name'))),
      ...goesOn,
    },
    result: {
      lines: v.array(v.object({ id: v.string(), at: field.time, fields: v.record(v.string(), v.unknown()) })),
      ...more,
    },
    refusals: [],
  }),
} as const satisfies Record<string, AdminCommand>;

export type AdminCommandName = keyof typeof adminCommands;
export const adminCommandNames = Object.keys(adminCommands) as AdminCommandName[];

type Entries<E extends v.ObjectEntries> = v.InferOutput<v.StrictObjectSchema<E, undefined>>;
type Inputs<E extends v.ObjectEntries> = v.InferInput<v.StrictObjectSchema<E, undefined>>;

/** A command's arguments, as parsed. */
export type AdminArguments<C extends AdminCommandName> = Entries<(typeof adminCommands)[C]['request']>;
/** A command's arguments, as they are sent: what has a default may be left out. */
export type AdminInput<C extends AdminCommandName> = Inputs<(typeof adminCommands)[C]['request']>;
/** A command's result, as it stands in the reply beside `ok: true`. */
export type AdminResult<C extends AdminCommandName> = Entries<(typeof adminCommands)[C]['result']>;

/** Commands that may have to go on in another invocation. */
export type LongCommand = {
  [C in AdminCommandName]: 'next' extends keyof AdminResult<C> ? C : never;
}[AdminCommandName];

/** Whether this is a command: own keys only, so that `constructor` is none. */
export function isAdminCommand(name: unknown): name is AdminCommandName {
  return typeof name === 'string' && Object.hasOwn(adminCommands, name);
}
