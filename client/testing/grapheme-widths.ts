import { eastAsianWidth } from 'get-east-asian-width';

const joiner = 0x200d;
/** Marks, joiners, variation selectors, skin tones: they change what comes before them. */
const modifier = /^[\p{M}\p{Cf}\p{Emoji_Modifier}]$/u;
const regional = /^\p{Regional_Indicator}$/u;
const emojiVariation = 0xfe0f;

/** xterm.js packs what it is told of a character: 24 bits of our own, the width, whether it joins what precedes. */
const pack = (state: number, width: number, joins: boolean) => (state << 3) | (width << 1) | Number(joins);
const stateOf = (packed: number) => packed >> 3;
const widthOf = (packed: number) => (packed >> 1) & 3;

/** How kitty, WezTerm, Ghostty and others measure: a family, a flag, a heart is one picture of two cells. */
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
