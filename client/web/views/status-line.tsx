import { texts as chatTexts } from '../../chat/texts.ts';
import type { Chat, Link } from '../state/chat.ts';
import { texts } from '../texts.ts';

function textOf(link: Link): string | undefined {
  if (link === 'connected') return undefined;
  if (link === 'lost') return texts.reconnecting;
  if (link === 'too-fast') return chatTexts.tooFast;
  return chatTexts.waitingForStart(link.stopped);
}

/** The state of the connection, if there is something to say about it. */
export function StatusLine({ chat }: { readonly chat: Chat }) {
  const text = chat.ending.value ? undefined : textOf(chat.link.value);
  return (
    <div class="status" role="status">
      {text !== undefined && <p>{text}</p>}
    </div>
  );
}
