import prettyBytes from 'pretty-bytes';
import type { Chat } from '../state/chat.ts';
import type { FileItem } from '../state/items.ts';
import { Avatar } from './avatar.tsx';
import { Icon } from './icons.tsx';
import { Time } from './time.tsx';

/** A file that another user has sent. */
export function FileView({ item }: { readonly chat: Chat; readonly item: FileItem }) {
  const { from, name, size, at } = item;
  return (
    <article class="message">
      <Avatar name={from} />
      <p class="message-heading">
        <strong>{from}</strong> <Time at={at} />
      </p>
      <div class="file">
        <Icon name="file" />
        <bdi class="file-name">{name}</bdi>
        <span class="quiet">{prettyBytes(size)}</span>
      </div>
    </article>
  );
}
