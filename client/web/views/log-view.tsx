import { type Signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Chat } from '../state/chat.ts';
import type { Conversation } from '../state/conversation.ts';
import { texts } from '../texts.ts';
import { ChunkView } from './chunk-view.tsx';
import { Icon } from './icons.tsx';
import { OutboxView } from './outbox-view.tsx';
import { useScroll } from './use-scroll.ts';

interface Props {
  readonly chat: Chat;
  readonly conversation: Conversation;
}

/** Some browsers scroll with the keyboard only what has the focus. */
const scrollable = { tabIndex: 0 } as const;

/** The messages of a conversation, with earlier ones on demand. It stays at its end until the user scrolls back. */
export function LogView({ chat, conversation }: Props) {
  const { log, outbox } = conversation;
  const chunks = log.chunks.value;
  const hasMore = useComputed(() => chat.history.hasMore(conversation)).value;
  const isLoading = useComputed(() => chat.history.isLoading(conversation)).value;
  const { box, inner, isAtEnd, toEnd, showFrom, keepPlace } = useScroll();
  const beginning = useComputed(() => beginningOf(conversation)).value;
  const button = useRef<HTMLButtonElement>(null);
  const outgoing = outbox.value.length;
  const first = chunks[0]?.id;

  const looks = conversation.looks.value;
  const last = useRef({ first, outgoing, looks: -1 });
  useLayoutEffect(() => {
    if (last.current.first !== first) keepPlace();
    // The user sees what was just written.
    if (last.current.outgoing < outgoing) toEnd();
    const hasMark = last.current.looks !== looks && conversation.unreadFrom.peek() !== undefined && isAtEnd.peek();
    const mark = hasMark ? box.current?.querySelector('.divider.is-new') : undefined;
    if (mark) showFrom(mark);
    // After a reload, the item below the mark is not loaded yet.
    last.current = { first, outgoing, looks: hasMark && !mark ? last.current.looks : looks };
  });

  const load = () => {
    void chat.history.load(conversation).catch((error: unknown) => chat.failed(error));
  };
  useEffect(() => {
    const { current } = button;
    if (!current || isLoading) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && !isAtEnd.peek() && load());
    observer.observe(current);
    return () => observer.disconnect();
  });

  return (
    <div class="log-box">
      <div
        ref={box}
        class="log"
        {...scrollable}
        role="log"
        aria-live="polite"
        aria-label={texts.messages}
        aria-busy={isLoading}
      >
        <div ref={inner}>
          {hasMore ? (
            <button ref={button} type="button" class="link earlier" disabled={isLoading} onClick={load}>
              {isLoading ? texts.loading : texts.earlier}
            </button>
          ) : (
            <p class="quiet beginning">{beginning}</p>
          )}
          {chunks.map((chunk, index) => (
            <ChunkView
              key={chunk.id}
              chat={chat}
              chunk={chunk}
              before={chunks[index - 1]?.items.value.at(-1)}
              newFrom={conversation.unreadFrom.value}
            />
          ))}
          <OutboxView chat={chat} conversation={conversation} />
        </div>
      </div>
      <ToEnd conversation={conversation} isAtEnd={isAtEnd} toEnd={toEnd} />
    </div>
  );
}

/** What is above the first message. */
function beginningOf({ isRoom, name, lastAt }: Conversation): string {
  if (!isRoom) return texts.emptyPrivate(name);
  return lastAt.value === 0 ? texts.emptyRoom : texts.beginning;
}

interface ToEndProps {
  readonly conversation: Conversation;
  readonly isAtEnd: Signal<boolean>;
  toEnd(): void;
}

/** The way back to the end, with the number of messages that have come below. */
function ToEnd({ conversation, isAtEnd, toEnd }: ToEndProps) {
  const { arrived } = conversation;
  const arrivedAtEnd = useSignal(arrived.peek());
  useSignalEffect(() => {
    if (isAtEnd.value) arrivedAtEnd.value = arrived.value;
  });
  if (isAtEnd.value) return null;
  const below = arrived.value - arrivedAtEnd.value;
  return (
    <button type="button" class="round to-end" aria-label={texts.toLatest(below)} onClick={toEnd}>
      <Icon name="down" />
      {below > 0 && <span class="count">{below}</span>}
    </button>
  );
}
