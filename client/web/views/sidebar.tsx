import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { foldName } from '../../../protocol/index.ts';
import type { App } from '../state/app.ts';
import type { Chat } from '../state/chat.ts';
import type { Conversation } from '../state/conversation.ts';
import { texts } from '../texts.ts';
import { Avatar } from './avatar.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { Icon } from './icons.tsx';
import { Menu } from './menu.tsx';
import { StatusLine } from './status-line.tsx';

/** Everybody's conversation, those with users who have written, and the other users online. */
export function Sidebar({ app, chat }: { readonly app: App; readonly chat: Chat }) {
  const element = useRef<HTMLElement>(null);
  const isListShown = chat.isListShown.value;
  // On a narrow screen it is shown in place of the conversation.
  const Box = isListShown ? 'main' : 'aside';
  useEffect(() => {
    if (isListShown) element.current?.querySelector<HTMLElement>('.is-open')?.focus();
  }, [isListShown]);
  const showNotifications = () => {
    app.attention.show();
    // On a narrow screen, the offer is in the conversation.
    chat.open(chat.shown.name);
  };
  const isDeleting = useSignal(false);
  const [everyone, ...others] = chat.conversations.value;
  const known = others.sort((one, other) => other.lastAt.value - one.lastAt.value);
  const hasConversation = new Set(known.map(({ id }) => id));
  const online = chat.people.online.value.filter((user) => !hasConversation.has(foldName(user)));
  const unnamed = chat.people.count.value - chat.people.online.value.length;
  return (
    <Box ref={element} class="sidebar" aria-label={texts.conversations}>
      <header class="bar">
        <Avatar name={chat.me} />
        {isListShown ? <h1 class="bar-title">{chat.me}</h1> : <strong class="bar-title">{chat.me}</strong>}
        <Menu
          label={texts.account}
          choices={[
            { text: texts.changePassword, choose: () => chat.changePassword() },
            ...(app.attention.isPossible ? [{ text: texts.notifications, choose: showNotifications }] : []),
            { text: texts.logOut, choose: () => void app.logOut() },
            {
              text: texts.deregister,
              choose: () => {
                isDeleting.value = true;
              },
            },
          ]}
        />
      </header>
      {isListShown && <StatusLine chat={chat} />}
      <nav class="sidebar-lists" aria-label={texts.conversations}>
        <h2 id="conversations-title">{texts.conversations}</h2>
        <ul aria-labelledby="conversations-title">
          {everyone && <Entry chat={chat} name="" conversation={everyone} />}
          {known.map((conversation) => (
            <Entry key={conversation.id} chat={chat} name={conversation.name} conversation={conversation} />
          ))}
        </ul>
        {online.length > 0 && (
          <>
            <h2 id="online-title">{texts.othersHere}</h2>
            <ul aria-labelledby="online-title">
              {online.map((user) => (
                <Entry key={user} chat={chat} name={user} />
              ))}
            </ul>
          </>
        )}
        {unnamed > 0 && <p class="quiet">{texts.moreOnline(unnamed)}</p>}
        {chat.people.count.value === 0 && <p class="quiet">{texts.nobodyElse}</p>}
      </nav>
      {isDeleting.value && <DeleteDialog app={app} isShown={isDeleting} />}
    </Box>
  );
}

interface EntryProps {
  readonly chat: Chat;
  readonly name: string;
  readonly conversation?: Conversation;
}

function Entry({ chat, name, conversation }: EntryProps) {
  const isRoom = name === '';
  const isOpen = conversation === chat.active.value;
  const unread = conversation?.unread.value ?? 0;
  const isOnline = chat.people.isOnline(name);
  return (
    <li>
      <button
        type="button"
        class={isOpen ? 'entry is-open' : 'entry'}
        aria-current={isOpen && !chat.isListShown.value ? 'true' : undefined}
        onClick={() => chat.open(name)}
      >
        {isRoom ? (
          <span class="avatar avatar-room">
            <Icon name="everyone" />
          </span>
        ) : (
          <Avatar name={name} isOnline={isOnline} />
        )}
        <span class="entry-name">{isRoom ? texts.everyone : name}</span>
        {!isRoom && isOnline && <span class="unseen">, {texts.online}</span>}
        {chat.people.isBlocked(name) && <span class="tag">{texts.blocked}</span>}
        {unread > 0 && (
          <span class="count">
            <span aria-hidden="true">{unread}</span>
            <span class="unseen">, {texts.unread(unread)}</span>
          </span>
        )}
      </button>
    </li>
  );
}
