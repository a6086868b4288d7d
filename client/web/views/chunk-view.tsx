import { useEffect, useRef } from 'preact/hooks';
import { localDate } from '../../times.ts';
import type { Chat } from '../state/chat.ts';
import type { Item } from '../state/items.ts';
import type { Chunk } from '../state/log.ts';
import { texts } from '../texts.ts';
import { dayText } from './days.ts';
import { ItemView } from './item-view.tsx';

interface Props {
  readonly chat: Chat;
  readonly chunk: Chunk;
  /** The last item of the chunk before. */
  readonly before: Item | undefined;
  /** The key of the first unread item. */
  readonly newFrom: string | undefined;
}

/** Milliseconds within which the messages of a user share one heading. */
const together = 5 * 60_000;

/** Whether a message goes on where the one before it ended, so that its author and time need not be shown again. */
function continues(item: Item, before: Item | undefined): boolean {
  return (
    item.kind === 'message' &&
    before?.kind === 'message' &&
    item.from === before.from &&
    item.at - before.at < together &&
    isSameDay(item, before)
  );
}

const isSameDay = (one: Item, other: Item | undefined) =>
  other !== undefined && localDate(new Date(one.at)) === localDate(new Date(other.at));

/** Some neighbouring items. The browser lays them out once, to know their height, and then skips them while they are out of sight. */
export function ChunkView({ chat, chunk, before, newFrom }: Props) {
  const items = chunk.items.value;
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => root.current?.classList.add('is-measured'));
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <div ref={root} class="chunk">
      {items.map((item, index) => {
        const previous = index === 0 ? before : items[index - 1];
        const isFirstOfDay = !isSameDay(item, previous);
        const isFirstNew = item.key === newFrom;
        return (
          <ItemView
            key={item.key}
            chat={chat}
            item={item}
            day={isFirstOfDay ? dayText(new Date(item.at)) : undefined}
            mark={isFirstNew ? texts.newMessages : undefined}
            isContinued={!isFirstNew && continues(item, previous)}
          />
        );
      })}
    </div>
  );
}
