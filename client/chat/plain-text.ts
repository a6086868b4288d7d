import { foldName } from '../../protocol/index.ts';
import type { UnknownCommandError } from '../commands/command-set.ts';
import { isClose } from '../commands/nearest.ts';
import type { NamesSeen } from './names-seen.ts';
import { asName } from './parameters.ts';

/** The longest text that is repeated in an answer, in characters. */
const longest = 40;

/** The answer to a line that begins with no command: what the user may have wanted to say, and how to say it. */
export function offerToSay(line: string, { typed, meant, message }: UnknownCommandError, names: NamesSeen): string {
  const text = line.trim();
  const isOneWord = text === typed;
  if (text.startsWith('/') || !text.startsWith(typed) || (meant !== undefined && isClose(typed, meant))) return message;
  const name = foldName(asName(typed));
  const addressee = isOneWord ? undefined : names.users.find((user) => foldName(user) === name);
  const offer =
    addressee === undefined
      ? `"broadcast ${excerpt(text)}" to say it to everyone`
      : `"message ${addressee} ${excerpt(text.slice(typed.length).trim())}" to say it to ${addressee}`;
  const question = isOneWord && meant !== undefined ? ` Did you mean "${meant}"?` : '';
  return `There is no command "${typed}".${question} Enter ${offer}, or "help" to see the commands.`;
}

const excerpt = (text: string) => ([...text].length > longest ? `${[...text].slice(0, longest).join('')}...` : text);
