import { byteLength, limits } from '../../protocol/index.ts';
import { isYes } from '../commands/is-yes.ts';
import { ask } from './ask.ts';
import type { ChatContext } from './chat-command.ts';
import { asName } from './parameters.ts';

/** Whether to ask the user about a text before it is sent: the room would refuse it, and it can be a file. */
export const asksAboutFile = ({ screen }: ChatContext, text: string): boolean =>
  screen.isAttended && byteLength(text) > limits.textBytes;

/**
 * Offers to send a text that is too long as a file.
 * @param to The recipient; asked for if a message to everyone was too long.
 * @returns the lines to print.
 */
export async function offerAsFile({ screen, transfers }: ChatContext, text: string, to?: string): Promise<string[]> {
  const tooLong = `The text has ${byteLength(text)} bytes. A message has at most ${limits.textBytes}.`;
  const question =
    to === undefined
      ? 'Enter a user to send it to as a file, or nothing to discard it:'
      : `Send it to ${to} as a file? (y/n)`;
  const answer = (await ask(screen, [`${tooLong} ${question}`], 'answer')).trim();
  const recipient = to === undefined ? asName(answer) : isYes(answer) ? to : '';
  if (recipient === '') return ['The text was not sent.'];
  transfers.sendText(recipient, text);
  return [];
}
