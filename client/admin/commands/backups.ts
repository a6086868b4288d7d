import { adminCommand } from '../console-command.ts';
import { moment } from '../texts.ts';

export const backups = adminCommand('backups', {
  async run(context) {
    const { backups: found } = await context.admin.ask('backups', {});
    const { bucket } = await context.admin.target();
    if (found.length === 0) context.note('There are no backups in the bucket.');
    for (const one of found) context.show(one, `${one.name}  ${one.bytes} bytes  ${moment(one.storedAt)}`);
    if (bucket !== undefined) context.note(`The bucket is ${bucket}.`);
    return undefined;
  },
});
