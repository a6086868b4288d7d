import { endInOrder } from './ending.ts';

/** Ctrl+C in the terminal also reaches the processes in which Vitest runs tests. */
endInOrder();
