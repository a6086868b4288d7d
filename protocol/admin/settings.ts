import * as v from 'valibot';
import { whole } from '../fields.ts';

type SettingSchema = v.GenericSchema<boolean | number | string>;

/**
 * A setting of the room. To add one, add an entry to {@link settings}. Storage, backup, restore, the console and the
 * types follow from it.
 */
export interface Setting<S extends SettingSchema = SettingSchema> {
  /** The name in the console, such as `TIME_OUT`. */
  readonly word: string;
  /** What the setting does, for the console's list and `docs/settings.md`. */
  readonly summary: string;
  /**
   * A value's type and range: a number, boolean, text or picklist. Its messages complete the sentence "TIME_OUT is …".
   * The outermost schema needs the message, too, because `valueRange` reads it there.
   */
  readonly schema: S;
  /** The value in a new local room. An older room without a stored value uses it, too. */
  readonly default: v.InferOutput<S>;
  /** The value in a new room on AWS, if it differs because strangers can reach that room. */
  readonly deployed?: v.InferOutput<S>;
  readonly unit?: 'seconds';
}

const setting = <S extends SettingSchema>(entry: Setting<S>): Setting<S> => entry;

function seconds(min: number, max: number) {
  const what = `a number of seconds from ${min} to ${max}`;
  return v.pipe(v.number(what), v.finite(what), v.minValue(min, what), v.maxValue(max, what));
}

const someOrigins = 'origins in lower case with one blank between them, such as https://chat.example.org, or nothing';
const budgetRange = '"off", or US$ from 1 to 100000';

export const settings = {
  open: setting({
    word: 'OPEN',
    summary: 'whether users may log in',
    schema: v.boolean('true or false'),
    default: true,
  }),
  maxCon: setting({
    word: 'MaxCon',
    summary: 'the maximum number of users online',
    schema: whole(1, 100_000),
    default: 100,
  }),
  blockTime: setting({
    word: 'BLOCK_TIME',
    summary: 'how long logins of a user from an address are blocked after wrong passwords',
    schema: seconds(1, 86_400),
    default: 60,
    unit: 'seconds',
  }),
  lastHour: setting({
    word: 'LAST_HOUR',
    summary: 'how far back "wholasthr" looks',
    schema: seconds(1, 30 * 86_400),
    default: 3600,
    unit: 'seconds',
  }),
  timeOut: setting({
    word: 'TIME_OUT',
    summary:
      'how long a session without activity lasts; 86 or less adds US$ 0.02 for each hour in which someone is online',
    schema: seconds(5, 7 * 86_400),
    default: 1800,
    unit: 'seconds',
  }),
  minPassword: setting({
    word: 'MIN_PASSWORD',
    summary: 'the shortest new password, in characters',
    schema: whole(1, 128),
    default: 8,
  }),
  registration: setting({
    word: 'REGISTRATION',
    summary: 'who may register: everyone, users with an invitation, or nobody',
    schema: v.picklist(['open', 'invite', 'closed'], 'open, invite or closed'),
    default: 'open',
    deployed: 'invite',
  }),
  nameReservation: setting({
    word: 'NAME_RESERVATION',
    summary: 'how many days nobody can register under a name that was given up or removed',
    schema: whole(0, 3_650),
    default: 0,
    deployed: 30,
  }),
  grace: setting({
    word: 'GRACE',
    summary: 'how long a session outlives its lost connection',
    schema: seconds(1, 3_600),
    default: 30,
    unit: 'seconds',
  }),
  maxFileBytes: setting({
    word: 'MAX_FILE_BYTES',
    summary: 'the largest file, in bytes',
    // The limit of one S3 upload: https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html
    schema: whole(0, 5 * 1024 ** 3),
    default: 100 * 1024 ** 2,
  }),
  filesWaiting: setting({
    word: 'FILES_WAITING',
    summary: 'how many files may wait for a user; half as many from one sender',
    schema: whole(1, 1_000),
    default: 100,
  }),
  fileBytesWaiting: setting({
    word: 'FILE_BYTES_WAITING',
    summary: 'how many bytes of files may wait for a user; half as many from one sender',
    schema: whole(0, 2 ** 48),
    default: 5 * 1024 ** 3,
  }),
  monthlyBudget: setting({
    word: 'MONTHLY_BUDGET',
    summary: 'US$ a month, as the room estimates its cost: it warns at 80 %, and stops at 100 %',
    schema: v.pipe(
      v.string(budgetRange),
      v.check(
        (text) => text === 'off' || (/^\d{1,6}(\.\d{1,2})?$/.test(text) && +text >= 1 && +text <= 100_000),
        budgetRange,
      ),
    ),
    default: 'off',
  }),
  floodRate: setting({
    word: 'FLOOD_RATE',
    summary: 'sustained commands per second on a new connection',
    schema: whole(1, 100_000),
    default: 20,
  }),
  floodBurst: setting({
    word: 'FLOOD_BURST',
    summary: 'burst of commands on a new connection',
    schema: whole(10, 1_000_000),
    default: 100,
  }),
  origins: setting({
    word: 'ORIGINS',
    summary: "the origins of other web pages that may connect; the room's own page and programs always may",
    schema: v.pipe(
      v.string(someOrigins),
      v.maxLength(2_000, someOrigins),
      v.regex(/^(https?:\/\/[a-z0-9.-]+(:\d{1,5})?( (?!$)|$))*$/, someOrigins),
    ),
    default: '',
  }),
  guestsPerAddress: setting({
    word: 'GUESTS_PER_ADDRESS',
    summary:
      'the maximum number of connections from one address that have not logged in; more than 5000 counts as 5000',
    schema: whole(1, 100_000),
    default: 20,
  }),
  connectsPerAddress: setting({
    word: 'CONNECTS_PER_ADDRESS',
    summary: 'the maximum number of new connections from one address in ten minutes',
    schema: whole(1, 1_000_000),
    default: 300,
  }),
  guestTime: setting({
    word: 'GUEST_TIME',
    summary: 'how long a connection may stay without a login',
    schema: seconds(10, 86_400),
    default: 60,
    unit: 'seconds',
  }),
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export const settingNames = Object.keys(settings) as SettingName[];

/** The values of all settings. */
export type Settings = { readonly [N in SettingName]: v.InferOutput<(typeof settings)[N]['schema']> };

/** The settings that `change` and `import` set. `stop` and `start` set `open`, and note the time. */
export type ChangeableSettings = Omit<Settings, 'open'>;
export type ChangeableName = keyof ChangeableSettings;
export const changeableNames = settingNames.filter((name): name is ChangeableName => name !== 'open');

const each = <R>(of: <N extends SettingName>(name: N) => unknown) =>
  Object.fromEntries(settingNames.map((name) => [name, of(name)])) as R;

/** The settings of a new local room, and of an older room that has no stored value. */
export const defaultSettings = each<Settings>((name) => settings[name].default);

/** The settings of a new room on AWS. */
export const deployedSettings = each<Settings>((name) => {
  const { deployed, default: otherwise }: Setting = settings[name];
  return deployed ?? otherwise;
});

/** The schema of each setting. */
export const settingSchemas = each<{ readonly [N in SettingName]: (typeof settings)[N]['schema'] }>(
  (name) => settings[name].schema,
);

/** The entries of a stored object with all settings. A missing setting gets its default. */
export const storedSettings = each<{
  readonly [N in SettingName]: v.OptionalSchema<(typeof settings)[N]['schema'], Settings[N]>;
}>((name) => v.optional<SettingSchema, Settings[SettingName]>(settings[name].schema, settings[name].default));

/** Whether this is the name of a setting. Looks at own keys only: `constructor` is not a setting. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

/** Describes the values that a setting accepts: `a whole number from 1 to 128`. */
export const valueRange = ({ schema }: Setting): string =>
  v.safeParse(schema, undefined).issues?.[0].message ?? 'any value';

/** A setting's value as the console shows it and reads it. Whole seconds have a decimal point: `60.0`. */
export function printValue({ unit }: Setting, value: unknown): string {
  if (unit === 'seconds' && Number.isInteger(value)) return `${String(value)}.0`;
  return value === '' ? emptyText : String(value);
}

const emptyText = '""';

/**
 * Parses a value that an administrator typed. It checks the type only; the room checks the range.
 * @returns undefined if the text is not a value of that type.
 */
export function parseValue({ schema }: Setting, text: string): boolean | number | string | undefined {
  switch (schema.type) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    default:
      return text === emptyText ? '' : text;
  }
}
