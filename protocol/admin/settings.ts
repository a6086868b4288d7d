import * as v from 'valibot';
import { whole } from '../fields.ts';

/** A setting of the room, as an administrator knows it. */
export interface Setting {
  /** Its name in the console, as in the original's `para.txt`. */
  readonly word: string;
  readonly summary: string;
  /** How its value is written and read. */
  readonly kind: 'count' | 'seconds' | 'switch';
  /** What it may be, and says so to who tries another; also how a stored one is read. */
  readonly schema: v.GenericSchema;
}

const setting = <const S extends Setting>(entry: S): S => entry;

function seconds(min: number, max: number) {
  const what = `a number of seconds from ${min} to ${max}`;
  return v.pipe(v.number(what), v.finite(what), v.minValue(min, what), v.maxValue(max, what));
}

export const settings = {
  open: setting({
    word: 'OPEN',
    summary: 'whether anybody may come in',
    kind: 'switch',
    schema: v.boolean(),
  }),
  maxCon: setting({ word: 'MaxCon', summary: 'how many may be online', kind: 'count', schema: whole(1, 100_000) }),
  blockTime: setting({
    word: 'BLOCK_TIME',
    summary: 'how long a name is blocked from an address after wrong passwords',
    kind: 'seconds',
    schema: seconds(1, 86_400),
  }),
  lastHour: setting({
    word: 'LAST_HOUR',
    summary: 'how far back wholasthr looks',
    kind: 'seconds',
    schema: seconds(1, 30 * 86_400),
  }),
  timeOut: setting({
    word: 'TIME_OUT',
    summary: 'after how long without activity a session ends',
    kind: 'seconds',
    schema: seconds(5, 7 * 86_400),
  }),
  minPassword: setting({
    word: 'MIN_PASSWORD',
    summary: 'how many characters a new password has at least',
    kind: 'count',
    schema: whole(1, 128),
  }),
  grace: setting({
    word: 'GRACE',
    summary: 'how long a session outlives its lost connection',
    kind: 'seconds',
    schema: seconds(1, 3_600),
  }),
  maxFileBytes: setting({
    word: 'MAX_FILE_BYTES',
    summary: 'how many bytes a file may have',
    kind: 'count',
    // S3 takes no more in one upload: https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html
    schema: whole(0, 5 * 1024 ** 3),
  }),
  floodRate: setting({
    word: 'FLOOD_RATE',
    summary: 'how many commands a second a connection opened from now on may say, in the long run',
    kind: 'count',
    schema: whole(1, 100_000),
  }),
  floodBurst: setting({
    word: 'FLOOD_BURST',
    summary: 'how many commands a connection opened from now on may say at once',
    kind: 'count',
    schema: whole(10, 1_000_000),
  }),
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export const settingNames = Object.keys(settings) as SettingName[];

/** What `change` and `import` set. Whether the room is open is for `stop` and `start`, which note when it was closed and opened. */
export type ChangeableName = Exclude<SettingName, 'open'>;
export const changeableNames = settingNames.filter((name): name is ChangeableName => name !== 'open');

/** What each setting may be. */
export const settingSchemas = Object.fromEntries(
  settingNames.map((name) => [name, settings[name].schema]),
) as unknown as { readonly [N in SettingName]: (typeof settings)[N]['schema'] };

/** Whether this names a setting: own keys only, so that `constructor` is none. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}
