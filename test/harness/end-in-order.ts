import { endInOrder } from './ending.ts';

/** Vitest's processes that run tests get the terminal's Ctrl+C as Vitest itself does. */
endInOrder();
