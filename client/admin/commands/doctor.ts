import { Option } from 'commander';
import { consoleCommand } from '../console-command.ts';
import { exitCodes } from '../errors.ts';
import { texts } from '../texts.ts';

export const doctor = consoleCommand('doctor', {
  options: [new Option('--repair', 'set right what is wrong').default(false)],
  async run(desk, { options: { repair } }) {
    const wrong = { found: 0, left: 0 };
    const checked = new Map<string, number>();
    for await (const slice of desk.admin.askOn('doctor', { repair: repair === true })) {
      checked.set(slice.part, (checked.get(slice.part) ?? 0) + slice.checked);
      for (const finding of slice.findings) {
        wrong.found += 1;
        if (finding.repaired !== true) wrong.left += 1;
        desk.show(finding, texts.finding(finding));
      }
      if (desk.signal.aborted) break;
    }
    desk.note(texts.examined(checked), texts.diagnosis(wrong));
    return wrong.left > 0 ? exitCodes.refused : exitCodes.done;
  },
});
