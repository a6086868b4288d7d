import type { Chat } from '../state/chat.ts';
import type { Item, MessageItem } from '../state/items.ts';
import { texts } from '../texts.ts';
import { Avatar } from './avatar.tsx';
import { FileView, UploadView } from './file-view.tsx';
import { MessageText } from './message-text.tsx';
import { OutputView } from './output-view.tsx';
import { Time } from './time.tsx';

interface Props {
  readonly chat: Chat;
  readonly item: Item;
  /** The day, above the first item of a day. */
  readonly day: string | undefined;
  /** Above the first unread item. */
  readonly mark: string | undefined;
  /** The item before is a message of the same user. */
  readonly isContinued: boolean;
}

export function ItemView({ chat, item, day, mark, isContinued }: Props) {
  return (
    <>
      {day !== undefined && (
        <div class="divider">
          <span>{day}</span>
        </div>
      )}
      {mark !== undefined && (
        <div class="divider is-new">
          <span>{mark}</span>
        </div>
      )}
      <Content chat={chat} item={item} isContinued={isContinued && day === undefined} />
    </>
  );
}

function Content({ chat, item, isContinued }: Pick<Props, 'chat' | 'item' | 'isContinued'>) {
  switch (item.kind) {
    case 'message':
      return <MessageView chat={chat} item={item} isContinued={isContinued} />;
    case 'file':
      return <FileView chat={chat} item={item} />;
    case 'upload':
      return <UploadView chat={chat} item={item} />;
    case 'notice':
      return (
        <p class="notice">
          <bdi>{item.text}</bdi> <Time at={item.at} />
        </p>
      );
    case 'output':
      return <OutputView chat={chat} lines={item.lines} />;
  }
}

function MessageView({ chat, item, isContinued }: { chat: Chat; item: MessageItem; isContinued: boolean }) {
  const { from, text, at, delivery, to } = item;
  const isOwn = from === chat.me;
  const author = <strong class={isOwn ? 'is-own' : undefined}>{from}</strong>;
  const byline = (
    <>
      <Avatar name={from} />
      {author}
    </>
  );
  if (from === 'System') {
    return (
      <article class="announcement">
        <p class="message-heading">
          <strong>{texts.announcement}</strong> <Time at={at} />
        </p>
        <MessageText text={text} />
      </article>
    );
  }
  return (
    <article class={isContinued ? 'message is-continued' : 'message'}>
      <p class={isContinued ? 'message-heading unseen' : 'message-heading'}>
        {isContinued ? (
          author
        ) : isOwn || !chat.shown.isRoom ? (
          byline
        ) : (
          // By keyboard, the list of conversations leads there.
          <button
            type="button"
            class="author"
            tabIndex={-1}
            title={texts.compose(from)}
            onClick={() => chat.open(from)}
          >
            {byline}
          </button>
        )}{' '}
        <Time at={at} />
      </p>
      <MessageText text={text} marked={isOwn ? undefined : chat.me} />
      {delivery === 'stored' && to !== undefined && <p class="message-state">{texts.storedMessage(to)}</p>}
    </article>
  );
}
