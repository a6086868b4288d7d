import { eastAsianWidth } from 'get-east-asian-width';

const joiner = 0x200d;
/** Marks, joiners, variation selectors, skin tones: they modify the character before them. */
const modifier = /^[\p{M}\p{Cf}\p{Emoji_Modifier}]$/u;
const regional = /^\p{Regional_Indicator}$/u;
const emojiVariation = 0xfe0f;

/** xterm.js packs the properties of a character: 24 free bits, the width, and whether it joins the previous one. */
const pack = (state: number, width: number, joins: boolean) => (state << 3) | (width << 1) | Number(joins);
const stateOf = (packed: number) => packed >> 3;
const widthOf = (packed: number) => (packed >> 1) & 3;

/** Measures as kitty, WezTerm, Ghostty and others do: a family, a flag or a heart is one picture of two cells. */
export const graphemeWidths = {
  version: 'graphemes',
  wcwidth: (codePoint: number) => (modifier.test(String.fromCodePoint(codePoint)) ? 0 : eastAsianWidth(codePoint)),
  charProperties(codePoint: number, preceding: number): number {
    const before = stateOf(preceding);
    const character = String.fromCodePoint(codePoint);
    const isFlag = regional.test(character) && before > 0 && regional.test(String.fromCodePoint(before));
    if (preceding !== 0 && (modifier.test(character) || before === joiner || isFlag)) {
      const width = isFlag || before === joiner || codePoint === emojiVariation ? 2 : widthOf(preceding);
      return pack(isFlag ? 0 : codePoint, width, true);
    }
    return pack(codePoint, this.wcwidth(codePoint), false);
  },
} as const;
