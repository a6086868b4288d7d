import type { ComponentChildren } from 'preact';
import { splitAtMentions } from '../../chat/summary.ts';
import { linksIn } from '../state/links.ts';

interface Props {
  readonly text: string;
  /** The user whose name is marked. */
  readonly marked?: string | undefined;
}

/** A text from the network: text nodes, and links to web pages. */
export function MessageText({ text, marked = '' }: Props) {
  // Flat: an array within an array would be a component.
  const parts = linksIn(text).flatMap<ComponentChildren>(({ text: part, url }) =>
    url === undefined ? (
      splitAtMentions(part, marked).map((piece, index) => (index % 2 === 1 ? <mark>{piece}</mark> : piece))
    ) : (
      <a href={url} target="_blank" rel="noopener noreferrer">
        {part}
      </a>
    ),
  );
  return (
    <p class="message-text" dir="auto">
      {parts}
    </p>
  );
}
