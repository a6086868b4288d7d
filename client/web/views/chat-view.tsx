import { useEffect } from 'preact/hooks';
import type { App } from '../state/app.ts';
import type { Chat } from '../state/chat.ts';
import { ConversationView } from './conversation-view.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { Sidebar } from './sidebar.tsx';

/** The list of conversations, and the one that is open. A narrow screen shows one of both. */
export function ChatView({ app, chat }: { readonly app: App; readonly chat: Chat }) {
  const conversation = chat.active.value;
  const isListShown = chat.isListShown.value;
  useEffect(() => {
    if (!isListShown) chat.look();
  }, [chat, isListShown]);
  return (
    <div class={isListShown ? 'chat shows-list' : 'chat'}>
      <Sidebar app={app} chat={chat} />
      <ConversationView key={conversation.id} app={app} chat={chat} conversation={conversation} />
      {chat.isChangingPassword.value && <PasswordDialog chat={chat} />}
    </div>
  );
}
