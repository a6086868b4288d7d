import { useRef } from 'preact/hooks';
import type { App } from '../state/app.ts';
import type { Chat } from '../state/chat.ts';
import type { Conversation } from '../state/conversation.ts';
import { showList } from '../state/places.ts';
import { texts } from '../texts.ts';
import { Avatar } from './avatar.tsx';
import { Composer } from './composer.tsx';
import { EndingPanel } from './ending-panel.tsx';
import { Icon } from './icons.tsx';
import { LogView } from './log-view.tsx';
import { Menu } from './menu.tsx';
import { NotificationOffer } from './notification-offer.tsx';
import { QuestionForm } from './question-form.tsx';
import { StatusLine } from './status-line.tsx';
import { useDrop } from './use-drop.ts';

interface Props {
  readonly app: App;
  readonly chat: Chat;
  readonly conversation: Conversation;
}

/** One conversation: its name, its log, and the box to write in. */
export function ConversationView({ app, chat, conversation }: Props) {
  const { isRoom, name } = conversation;
  const title = isRoom ? texts.everyone : name;
  const element = useRef<HTMLElement>(null);
  const isOver = useDrop(element, (files) => chat.sendFiles(conversation, files));
  const question = chat.commands.screen.question.value;
  return (
    <main ref={element} class="conversation" aria-label={title}>
      <Heading chat={chat} conversation={conversation} title={title} />
      <LogView chat={chat} conversation={conversation} />
      {isOver.value && <p class="drop">{isRoom ? texts.fileToOne : texts.dropHere(name)}</p>}
      <StatusLine chat={chat} />
      <NotificationOffer app={app} chat={chat} />
      {chat.ending.value ? (
        <EndingPanel app={app} chat={chat} ending={chat.ending.value} />
      ) : question ? (
        <QuestionForm key={question.text} question={question} />
      ) : (
        <Composer chat={chat} conversation={conversation} />
      )}
    </main>
  );
}

function Heading({ chat, conversation, title }: Omit<Props, 'app'> & { readonly title: string }) {
  const { isRoom, name } = conversation;
  const { people, commands } = chat;
  const isBlocked = people.isBlocked(name);
  const others = chat.unread.value - conversation.unread.value;
  return (
    <header class="bar">
      <button
        type="button"
        class="round back"
        aria-label={others > 0 ? `${texts.back}, ${texts.unread(others)}` : texts.back}
        onClick={() => showList(chat)}
      >
        <Icon name="back" />
        {others > 0 && <span class="dot" />}
      </button>
      {!isRoom && <Avatar name={name} isOnline={people.isOnline(name)} />}
      <div class="bar-title">
        <h1>{title}</h1>
        {isRoom ? (
          <>
            <p class="quiet wide">{texts.othersOnline(people.count.value)}</p>
            <button type="button" class="link quiet narrow" onClick={() => showList(chat)}>
              {texts.othersOnline(people.count.value)}
            </button>
          </>
        ) : (
          <p class="quiet">
            {isBlocked
              ? texts.blockedEverywhere
              : people.isOnline(name)
                ? texts.online
                : people.areAllNamed.value && texts.offline}
          </p>
        )}
      </div>
      {!isRoom && (
        <Menu
          label={texts.optionsFor(name)}
          choices={[
            {
              text: isBlocked ? texts.unblock(name) : texts.block(name),
              choose: () => void commands.run([isBlocked ? 'unblock' : 'block', name], conversation),
            },
          ]}
        />
      )}
    </header>
  );
}
