import * as v from 'valibot';
import type { Settings } from './people.ts';

const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const seconds = (min: number, max: number) => v.pipe(v.number(), v.finite(), v.minValue(min), v.maxValue(max));

/** What each setting may be; also how a stored one is read. */
export const settingSchemas = {
  open: v.boolean(),
  maxCon: whole(1, 100_000),
  blockTime: seconds(1, 86_400),
  lastHour: seconds(1, 30 * 86_400),
  timeOut: seconds(5, 7 * 86_400),
  minPassword: whole(1, 128),
  grace: seconds(1, 3_600),
} as const satisfies { [N in keyof Settings]: v.GenericSchema<Settings[N]> };

/** A new room's settings. */
export const defaultSettings: Settings = {
  open: true,
  maxCon: 100,
  blockTime: 60,
  lastHour: 3600,
  timeOut: 1800,
  minPassword: 8,
  grace: 30,
};

export type SettingName = keyof Settings;

/** Whether this names a setting. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settingSchemas, name);
}
