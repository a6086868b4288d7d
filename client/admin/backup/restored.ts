import { type AdminResult, printValue, settingNames, settings } from '../../../protocol/admin/index.ts';
import { count, countsText, moment } from '../texts.ts';

type Restored = NonNullable<AdminResult<'restore'>['restored']>;
type Present = NonNullable<Restored['present']>;

/** The lines that report the result of a restore or of a dry run. */
export function restoredLines({ file, takenAt, counts, settings: kept, present, leftOut, open }: Restored): string[] {
  return [
    `[restore] ${file} was taken at ${moment(takenAt)}: ${countsText(counts)}.`,
    ...(present ? wouldChange(kept, present) : [settingsLine(kept), ...leftOutLines(leftOut)]),
    ...(present || open ? [] : ['The room is stopped: "start" opens it.']),
  ];
}

const settingsLine = (kept: Restored['settings']) =>
  `[restore] Settings: ${settingNames
    .filter((name) => name in kept)
    .map((name) => `${settings[name].word} ${printValue(settings[name], kept[name])}`)
    .join(', ')}.`;

/** Why files were left out, in the singular and the plural. */
const reasons = {
  withoutBytes: ['its bytes are not in the bucket', 'their bytes are not in the bucket'],
  untold: ['it came while the backup was being taken', 'they came while the backup was being taken'],
} as const satisfies Record<keyof NonNullable<Restored['leftOut']>, readonly [string, string]>;

function leftOutLines(leftOut: Restored['leftOut']): string[] {
  const lines = (['withoutBytes', 'untold'] as const).flatMap((why) => {
    const files = leftOut?.[why] ?? 0;
    const [one, several] = reasons[why];
    if (files === 0) return [];
    return `[restore] ${count(files, 'file')} ${files === 1 ? `was left out: ${one}` : `were left out: ${several}`}.`;
  });
  return [...lines, `[restore] All ${lines.length > 0 ? 'else' : 'of it'} has been restored.`];
}

function wouldChange(kept: Restored['settings'], { counts, settings: now, refusal }: Present): string[] {
  const changes = settingNames
    .filter((name) => name in kept && kept[name] !== now[name])
    .map((name) => {
      const print = (value: unknown) => printValue(settings[name], value);
      return `[restore] ${settings[name].word} ${print(now[name])} -> ${print(kept[name])}`;
    });
  return [
    ...(changes.length > 0 ? changes : ['[restore] The settings would stay as they are.']),
    counts.users + counts.messages === 0
      ? '[restore] The room has no users and no messages: nothing would be replaced.'
      : `[restore] This would replace what is in the room: ${countsText(counts)}.`,
    ...(refusal === undefined ? [] : [`[restore] It would be refused now. ${refusal}`]),
    '[restore] Nothing has been changed.',
  ];
}
