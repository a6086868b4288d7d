import { acknowledge } from '../acknowledge.ts';
import { memberCommand } from '../command.ts';

export const ack = memberCommand('ack', {
  async run(room, { arguments: shown, member }) {
    await acknowledge(room, member, shown);
    return {};
  },
});
