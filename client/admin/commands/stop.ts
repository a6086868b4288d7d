import { consoleCommand } from '../console-command.ts';
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
    const backup = await takeBackup(desk);
    if (!backup) return exitCodes.refused;
    desk.note(texts.backupStored(backup.name, backup.bytes), texts.beingStopped);
    desk.show({ ended, closed, stoppedAt, backup }, texts.stopped);
    return undefined;
  },
});

export const start = consoleCommand('start', {
  async run(desk) {
    const result = await desk.admin.ask('start', {});
    desk.show(result, texts.started);
    return undefined;
  },
});
