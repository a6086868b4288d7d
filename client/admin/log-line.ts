import * as v from 'valibot';
import { isSettingName, settings } from '../../protocol/admin/index.ts';
import { moment } from './texts.ts';

/** The fields of a log line that are shown. */
const shown = v.object({
  level: v.optional(v.string(), 'INFO'),
  message: v.optional(v.unknown()),
  user: v.optional(v.string()),
  result: v.optional(v.string()),
  ms: v.optional(v.number()),
  address: v.optional(v.string()),
  about: v.optional(v.record(v.string(), v.unknown())),
  error: v.optional(v.object({ message: v.string() })),
});

/** Formats a line of the log: `2014-03-04_21:32:30 facebook login ok 12 ms`. */
export const logLine = (at: string, fields: Readonly<Record<string, unknown>>): string =>
  `${moment(at)} ${logText(fields)}`;

/** Formats a line of the log without its time. */
export function logText(fields: Readonly<Record<string, unknown>>): string {
  const parsed = v.safeParse(shown, fields);
  if (!parsed.success) return JSON.stringify(fields);
  const { level, message, user, result, ms, address, about, error } = parsed.output;
  const what = typeof message === 'string' ? message : JSON.stringify(message ?? fields);
  return [
    ...(level === 'INFO' ? [] : [level]),
    ...(user === undefined ? [] : [user]),
    ...(address === undefined ? [] : [`on ${address}`]),
    what,
    ...(about === undefined ? [] : Object.entries(about).flatMap((entry) => aboutText(what, entry))),
    ...(result === undefined ? [] : [result]),
    ...(error === undefined ? [] : [error.message]),
    ...(ms === undefined ? [] : [`${ms} ms`]),
  ].join(' ');
}

/** The logged arguments. A setting has its name in the console (`TIME_OUT`). */
function aboutText(what: string, [name, value]: readonly [string, unknown]): string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([key, of]) => `${wordOf(key)}=${String(of)}`);
  }
  return [`${name}=${what === 'admin change' && name === 'name' ? wordOf(String(value)) : String(value)}`];
}

const wordOf = (name: string) => (isSettingName(name) ? settings[name].word : name);
