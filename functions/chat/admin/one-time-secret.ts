import { randomInt } from 'node:crypto';

/** Without characters that are easily confused when read aloud. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
const groups = 4;
const perGroup = 4;

/** A password or code that a person passes on: about 79 random bits. */
export const oneTimeSecret = () =>
  Array.from({ length: groups }, () =>
    Array.from({ length: perGroup }, () => alphabet.charAt(randomInt(alphabet.length))).join(''),
  ).join('-');
