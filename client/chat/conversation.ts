import { UnknownCommandError } from '../commands/command-set.ts';
import { type Input, textOf } from '../commands/input.ts';
import { UsageError } from '../config/errors.ts';
import { ConnectionEndedError, mayBeDone, RefusalError } from '../room/index.ts';
import { UnreadableInputError } from '../terminal/plain-screen.ts';
import { ask, EndOfInput } from './ask.ts';
import type { ChatContext, ChatResult } from './chat-command.ts';
import type { ChatCommands } from './command-set.ts';
import { offerToSay } from './plain-text.ts';
import { withMeant } from './suggest.ts';
import { type ErrorSubject, errorLine, texts } from './texts.ts';

/** Prints the lines of each command's `afterLogin`. A command that an older room does not know is skipped. */
export async function greet(context: ChatContext, { afterLogin }: ChatCommands): Promise<void> {
  for (const run of afterLogin) {
    const lines = await run(context).catch((error: unknown) =>
      error instanceof RefusalError && error.code === 'unknown-action' ? [] : [errorLine(reportable(error))],
    );
    context.screen.print(...lines);
  }
}

/**
 * Reads commands and carries them out, one after the other. Transfers still running at the end are completed.
 * @param defaultCommand Carries out a line that does not begin with a slash.
 * @returns the last line to print.
 * @throws {EndOfInput | ConnectionEndedError}
 */
export async function converse(
  context: ChatContext,
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
          : await carryOut(isText ? `${defaultCommand} ${line}` : line, context, commands);
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
async function sendPasted(text: string, context: ChatContext, commands: ChatCommands): Promise<ChatResult> {
  const { screen, room } = context;
  const question = texts.askRecipient(text.split('\n').length, Buffer.byteLength(text));
  const to = (await ask(screen, [question], 'answer', room.user)).trim();
  if (to === '') return [texts.notSent];
  return carryOut(to === '*' ? ['broadcast', text] : ['message', to, text], context, commands);
}

async function carryOut(line: Input, context: ChatContext, commands: ChatCommands): Promise<ChatResult> {
  const { screen, fates } = context;
  const { linesRead } = screen;
  let subject: ErrorSubject = {};
  try {
    const { args, run } = commands.parse(line);
    subject = subjectOf(args);
    const result = await run(context);
    fates.note(linesRead, 'done');
    return result;
  } catch (error) {
    fates.note(linesRead, mayBeDone(error) ? 'unclear' : 'failed');
    const { names } = context;
    const typed = textOf(line);
    const isUnknownUser = error instanceof RefusalError && error.code === 'no-such-user';
    const mayNameUser = error instanceof UnknownCommandError && /\s/.test(typed.trim());
    if ((isUnknownUser || mayNameUser) && screen.isAttended) await names.learn?.('users');
    if (error instanceof UnknownCommandError) return [errorLine(new UsageError(offerToSay(typed, error, names)))];
    return [errorLine(reportable(error), withMeant(error, subject, names))];
  }
}

/** The user and the file that an error message names. */
function subjectOf({ user, name }: Readonly<Record<string, unknown>>): ErrorSubject {
  return { ...(typeof user === 'string' && { user }), ...(typeof name === 'string' && { name }) };
}

/** The text of an error after which the conversation continues. Any other error is thrown. */
function reportable(error: unknown): Error {
  if (!(error instanceof Error) || error instanceof ConnectionEndedError || error instanceof EndOfInput) throw error;
  return error;
}
