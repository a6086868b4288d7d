import { consoleCommand } from '../console-command.ts';
import type { Desk } from '../desk.ts';
import { exitCodes } from '../errors.ts';
import { texts } from '../texts.ts';
import { takeBackup } from './backup.ts';

export const stop = consoleCommand('stop', {
  usage: '[message]',
  takesText: true,
  async run(desk, { args: [message] }) {
    const args = message === undefined ? {} : { message };
    let [ended, closed, stoppedAt] = [0, 0, ''];
    for await (const slice of desk.admin.askOn('stop', args)) {
      ended += slice.ended;
      closed += slice.closed;
      stoppedAt = slice.stoppedAt;
    }
    desk.note(texts.stopNotified, texts.sentAway(ended, closed));
    const backup = await takeBackup(desk, false);
    if (!backup) return exitCodes.refused;
    desk.note(texts.backupStored(backup.name, backup.bytes), texts.beingStopped, texts.stopped);
    const log = await saveLog(desk);
    if (!log) return exitCodes.refused;
    desk.show({ ended, closed, stoppedAt, backup, log }, texts.logSaved(log.name));
    return undefined;
  },
});

async function saveLog(desk: Desk) {
  for await (const { saved } of desk.admin.askOn('save-log', {})) {
    if (saved) return saved;
    if (desk.signal.aborted) break;
  }
  return undefined;
}

export const start = consoleCommand('start', {
  async run(desk) {
    const result = await desk.admin.ask('start', {});
    desk.show(result, texts.started);
    return undefined;
  },
});
