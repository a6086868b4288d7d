import { consoleCommand } from '../console-command.ts';
import { texts } from '../texts.ts';

export const unblock = consoleCommand('unblock', {
  usage: '<user> [address]',
  async run(desk, { args: [user = '', address] }) {
    const { blocks } = await desk.admin.ask('unblock', { user, ...(address !== undefined && { address }) });
    for (const block of blocks) desk.show(block, texts.unblocked(block.user, block.address));
    return undefined;
  },
});

export const remove = consoleCommand('remove', {
  usage: '<user>',
  async run(desk, { args: [user = ''] }) {
    if (desk.ask) {
      const answer = await desk.ask(texts.askRemove(user));
      if (answer?.trim().toLowerCase() !== 'yes') {
        desk.note(texts.notRemoved(user));
        return undefined;
      }
    }
    const result = await desk.admin.ask('remove', { user });
    desk.show(result, texts.removed(result.user));
    return undefined;
  },
});

export const resetPassword = consoleCommand('reset-password', {
  usage: '<user>',
  async run(desk, { args: [user = ''] }) {
    const result = await desk.admin.ask('reset-password', { user });
    desk.show(result, texts.passwordReset(result.user), result.password);
    return undefined;
  },
});

export const announce = consoleCommand('announce', {
  usage: '<text>',
  takesText: true,
  async run(desk, { args: [text = ''] }) {
    const result = await desk.admin.ask('announce', { text });
    desk.show(result, texts.announced(result.online));
    return undefined;
  },
});
