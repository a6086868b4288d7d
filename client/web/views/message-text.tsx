import type { ComponentChildren } from 'preact';
import { linksIn } from '../state/links.ts';

/** A text from the network: text nodes, and links to web pages. */
export function MessageText({ text }: { readonly text: string }) {
  const parts: ComponentChildren[] = linksIn(text).map(({ text: part, url }) =>
    url === undefined ? (
      part
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
