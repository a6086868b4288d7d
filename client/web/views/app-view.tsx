import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { texts as chatTexts } from '../../chat/texts.ts';
import type { App } from '../state/app.ts';
import { texts } from '../texts.ts';
import { ChatView } from './chat-view.tsx';
import { LoginView } from './login-view.tsx';
import { StartView } from './start-view.tsx';
import { refuseOtherDrops } from './use-drop.ts';

/** The number of unread messages, in the title and on the icon of the installed page. */
function showCount(unread: number, title: string): void {
  document.title = unread > 0 ? `(${unread}) ${title}` : title;
  const shown = unread > 0 ? navigator.setAppBadge?.(unread) : navigator.clearAppBadge?.();
  // The page is not installed.
  shown?.catch(() => {});
}

export function AppView({ app }: { readonly app: App }) {
  useEffect(refuseOtherDrops, []);
  useSignalEffect(() => {
    const chat = app.chat.value;
    showCount(chat?.unread.value ?? 0, chat ? chatTexts.title(chat.me) : texts.room);
  });
  if (app.chat.value) return <ChatView key={app.chat.value.since} app={app} chat={app.chat.value} />;
  if (app.starting.value) return <StartView app={app} />;
  return <LoginView app={app} />;
}
