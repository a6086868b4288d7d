import { UnknownCommandError } from '../commands/command-set.ts';
import { type Input, textOf } from '../commands/input.ts';
import { UsageError } from '../config/errors.ts';
import { ConnectionEndedError, RefusalError } from '../room/common.ts';
import { EndOfInput } from './ask.ts';
import type { ChatContext, ChatResult } from './chat-command.ts';
import type { ChatCommands } from './command-set.ts';
import { offerToSay } from './plain-text.ts';
import { withMeant } from './suggest.ts';
import { type ErrorSubject, errorLine } from './texts.ts';

/**
 * Parses a line and runs its command.
 * @param ended Called with the error, or with undefined if the command was carried out.
 * @returns what to print. An error after which the conversation continues is a line.
 * @throws {EndOfInput | ConnectionEndedError}
 */
export async function carryOut(
  line: Input,
  context: ChatContext,
  commands: Pick<ChatCommands, 'parse'>,
  ended: (error?: unknown) => void = () => {},
): Promise<ChatResult> {
  const { screen, names } = context;
  let subject: ErrorSubject = {};
  try {
    const { args, run } = commands.parse(line);
    subject = subjectOf(args);
    const result = await run(context);
    ended();
    return result;
  } catch (error) {
    ended(error);
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

/** An error after which the conversation continues. Any other error is thrown. */
export function reportable(error: unknown): Error {
  if (!(error instanceof Error) || error instanceof ConnectionEndedError || error instanceof EndOfInput) throw error;
  return error;
}
