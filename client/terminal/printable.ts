/**
 * What could move the cursor, hide, or turn around text: control characters (C0, DEL, C1), format characters (bidi
 * overrides and isolates, zero-width spaces), line and paragraph separators, lone surrogates.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Zero-width non-joiner and joiner: Persian and emoji are spelt with them, and they move nothing. */
const joiners: ReadonlySet<string> = new Set(['\u200c', '\u200d']);

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/** A text as a terminal may safely be given it: one line, in the order it is read, with everything else spelt out. */
export function printable(text: string): string {
  return text.replace(unsafe, (character) =>
    joiners.has(character) ? character : (named[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`),
  );
}
