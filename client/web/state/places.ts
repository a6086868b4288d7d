import { effect } from '@preact/signals';
import { foldName } from '../../../protocol/index.ts';
import type { Chat } from './chat.ts';
import { roomId } from './conversation.ts';

/** Where the list and the conversation do not fit side by side, as in `layout.css`. */
export const narrow = matchMedia('(max-width: 44rem)');

/** What the page shows, as an entry of the browser's history. */
interface Place {
  readonly user: string;
  /** Whether a narrow screen shows the list of conversations. */
  readonly isList: boolean;
  /** Whether the entry before shows that list. */
  readonly isAfterList: boolean;
}

/** The current entry. Undefined before the first login in this tab. */
function current(): Place | undefined {
  const state: Place | null = history.state;
  return state ?? undefined;
}

/**
 * Makes an entry of the browser's history for each conversation that the user opens. So the back gesture of a phone
 * returns to what was shown before, and does not leave the page.
 * @returns a function that ends it.
 */
export function keepPlaces(chat: Chat): () => void {
  const stop = effect(() => {
    const user = chat.active.value.name;
    const isList = chat.isListShown.value;
    const before = current();
    if (before?.user === user && before.isList === isList) return;
    const place: Place = { user, isList, isAfterList: before?.isList === true };
    if (before) history.pushState(place, '');
    else history.replaceState(place, '');
  });
  const back = () => {
    const place = current();
    const isList = narrow.matches && place?.isList === true;
    const id = foldName(place?.user ?? '');
    const conversation = chat.conversations.peek().find((one) => one.id === id) ?? chat.conversation(roomId);
    // The entry may be that of another user who was logged in, or of a screen of another width.
    const isAfterList = place?.isAfterList === true;
    history.replaceState({ user: conversation.name, isList, isAfterList } satisfies Place, '');
    chat.show(conversation, isList);
  };
  addEventListener('popstate', back);
  return () => {
    stop();
    removeEventListener('popstate', back);
  };
}

/** Shows the list of conversations, on a narrow screen. */
export function showList(chat: Chat): void {
  if (current()?.isAfterList) history.back();
  else chat.isListShown.value = true;
}
