import { useEffect, useRef } from 'preact/hooks';
import type { App } from '../state/app.ts';
import type { Chat } from '../state/chat.ts';
import { keepPlaces, narrow } from '../state/places.ts';
import { ConversationView } from './conversation-view.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { Sidebar } from './sidebar.tsx';

/** The list of conversations, and the open conversation. A narrow screen shows either the list or the conversation. */
export function ChatView({ app, chat }: { readonly app: App; readonly chat: Chat }) {
  const conversation = chat.active.value;
  const isListShown = chat.isListShown.value;
  const element = useRef<HTMLDivElement>(null);
  const wasListShown = useRef(false);
  useEffect(() => {
    const { current } = element;
    if (!isListShown) chat.look();
    // The focus was in the list, which is hidden now.
    const hasLostFocus = wasListShown.current && !isListShown && !current?.querySelector('.conversation :focus');
    if (hasLostFocus) current?.querySelector<HTMLElement>('.back')?.focus();
    wasListShown.current = isListShown;
  }, [chat, isListShown]);
  useEffect(() => keepPlaces(chat), [chat]);
  useEffect(() => {
    const change = () => {
      // Both are visible now.
      if (!narrow.matches) chat.isListShown.value = false;
    };
    narrow.addEventListener('change', change);
    return () => narrow.removeEventListener('change', change);
  }, [chat]);
  return (
    <div ref={element} class={isListShown ? 'chat shows-list' : 'chat'}>
      <Sidebar app={app} chat={chat} />
      <ConversationView key={conversation.id} app={app} chat={chat} conversation={conversation} />
      {chat.isChangingPassword.value && <PasswordDialog chat={chat} />}
    </div>
  );
}
