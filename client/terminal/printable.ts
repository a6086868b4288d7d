/**
 * Characters that can move the cursor, hide text, or reverse it: control characters (C0, DEL, C1), format characters
 * (bidi overrides and isolates, zero-width spaces), line and paragraph separators, lone surrogates.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Zero-width non-joiner and joiner. Persian and emoji need them, and they are harmless. */
const joiners: ReadonlySet<string> = new Set(['\u200c', '\u200d']);

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/** Escapes a text for a terminal: the result is one line in reading order, with unsafe characters spelt out. */
export function printable(text: string): string {
  return text.replace(unsafe, (character) =>
    joiners.has(character) ? character : (named[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`),
  );
}
