/** A part of a text; its address if it is a link. */
export interface Part {
  readonly text: string;
  readonly url?: string;
}

const candidates = /https?:\/\/[^\s<>"'`{}|\\^\p{C}]+/giu;

/** Punctuation after an address that belongs to the sentence around it. */
const punctuation = /[.,:;!?…)\]]+$/u;

/** Splits a text at its links to web pages. Other schemes are no links. */
export function linksIn(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(candidates)) {
    const address = withoutPunctuation(found);
    if (!URL.canParse(address)) continue;
    const { protocol, href } = new URL(address);
    if (protocol !== 'http:' && protocol !== 'https:') continue;
    if (index > end) parts.push({ text: text.slice(end, index) });
    parts.push({ text: address, url: href });
    end = index + address.length;
  }
  return end < text.length || parts.length === 0 ? [...parts, { text: text.slice(end) }] : parts;
}

/** A closing bracket is part of an address that has the opening one. */
function withoutPunctuation(address: string): string {
  const [tail = ''] = punctuation.exec(address) ?? [];
  const start = address.length - tail.length;
  const bracket = tail.startsWith(')') && address.slice(0, start).includes('(') ? 1 : 0;
  return address.slice(0, start + bracket);
}
