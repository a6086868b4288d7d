import type { AdminResult } from '../../../protocol/admin/index.ts';
import { flag } from '../../commands/options.ts';
import { adminCommand } from '../console-command.ts';
import { exitCodes } from '../errors.ts';
import { count } from '../texts.ts';

export const doctor = adminCommand('doctor', {
  options: { repair: flag('--repair', 'repair what is wrong') },
  async run(context, _args, { repair }) {
    let [found, repaired] = [0, 0];
    const checked = new Map<string, number>();
    for await (const slice of context.admin.askOn('doctor', { repair })) {
      checked.set(slice.part, (checked.get(slice.part) ?? 0) + slice.checked);
      for (const finding of slice.findings) {
        found += 1;
        if (finding.repaired === true) repaired += 1;
        context.show(finding, findingLine(finding));
      }
      if (context.signal.aborted) break;
    }
    context.note(
      `[doctor] Compared: ${[...checked].map(([part, compared]) => `${part} ${compared}`).join(', ')}.`,
      found === 0 ? '[doctor] Nothing is wrong.' : `[doctor] ${count(found, 'problem')} found, ${repaired} repaired.`,
    );
    return found > repaired ? exitCodes.refused : exitCodes.done;
  },
});

function findingLine({ text, repaired }: AdminResult<'doctor'>['findings'][number]): string {
  if (repaired === undefined) return `[doctor] ${text}`;
  return `[doctor] ${text} ${repaired ? 'Repaired.' : 'Not repaired: it has changed in the meantime.'}`;
}
