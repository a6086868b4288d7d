import { byteLength } from '../../protocol/index.ts';
import type { Input } from '../commands/input.ts';
import { mayBeDone } from '../room/index.ts';
import { UnreadableInputError } from '../terminal/plain-screen.ts';
import { ask } from './ask.ts';
import { carryOut } from './carry-out.ts';
import type { ChatContext, ChatResult } from './chat-command.ts';
import type { ChatCommands } from './command-set.ts';
import type { Fates } from './fates.ts';
import { errorLine, texts } from './texts.ts';
import type { Transfers } from './transfers.ts';

/** A conversation at a terminal, or over pipes. */
export interface Conversation extends ChatContext {
  readonly transfers: Transfers;
  readonly fates: Fates;
}

/**
 * Reads commands and carries them out, one after the other. Transfers still running at the end are completed.
 * @param defaultCommand Carries out a line that does not begin with a slash.
 * @returns the last line to print.
 * @throws {EndOfInput | ConnectionEndedError}
 */
export async function converse(
  context: Conversation,
  commands: ChatCommands,
  defaultCommand: string | undefined,
): Promise<string> {
  const { screen, room, transfers, fates } = context;
  try {
    for (;;) {
      let result: ChatResult = [];
      try {
        const line = await ask(screen, [], 'command', room.user);
        if (line.trim() === '') continue;
        const isText = defaultCommand !== undefined && !line.trimStart().startsWith('/');
        result = screen.wasPasted
          ? await sendPasted(line, context, commands)
          : await carryOutNoted(isText ? `${defaultCommand} ${line}` : line, context, commands);
      } catch (error) {
        if (!(error instanceof UnreadableInputError)) throw error;
        fates.note(screen.linesRead, 'failed');
        result = [errorLine(error)];
      }
      if ('goodbye' in result) return result.goodbye;
      await screen.page(result);
    }
  } finally {
    await transfers.finish();
  }
}

/** A pasted text is never a command: asks for whom it is. */
async function sendPasted(text: string, context: Conversation, commands: ChatCommands): Promise<ChatResult> {
  const { screen, room } = context;
  const question = texts.askRecipient(text.split('\n').length, byteLength(text));
  const to = (await ask(screen, [question], 'answer', room.user)).trim();
  if (to === '') return [texts.notSent];
  return carryOutNoted(to === '*' ? ['broadcast', text] : ['message', to, text], context, commands);
}

function carryOutNoted(line: Input, context: Conversation, commands: ChatCommands): Promise<ChatResult> {
  const { linesRead } = context.screen;
  return carryOut(line, context, commands, (error) => {
    context.fates.note(linesRead, error === undefined ? 'done' : mayBeDone(error) ? 'unclear' : 'failed');
  });
}
