import type { ShownMessage } from '../room/common.ts';

/** Why a message concerns the user `me` in person. Undefined if it does not. */
export function summaryOf(message: ShownMessage, me: string | undefined): string | undefined {
  switch (message.event) {
    case 'message':
      return `Private message from ${message.from}`;
    case 'file':
      return `File from ${message.from}`;
    case 'broadcast':
      return message.from !== me && mentions(message.text, me) ? `${message.from} has mentioned you` : undefined;
    default:
      return undefined;
  }
}

/** Whether a text contains a name as a word, in any case, with or without an `@` before it. */
const mentions = (text: string, name = '') => splitAtMentions(text, name).length > 1;

/** Splits a text at the places that mention a user. Every second part is such a place. */
export function splitAtMentions(text: string, name: string): readonly string[] {
  if (name === '') return [text];
  const escaped = name.replace(/[.\\-]/g, '\\$&');
  return text.split(new RegExp(`(?<![\\w.@-])(@?${escaped})(?![\\w-])`, 'i'));
}
