import * as files from '../../client/files/browser.ts';
import * as room from '../../client/room/browser.ts';

/** What the tests use of the library, inside the page. */
export const library = { ...room, ...files };

export type Library = typeof library;

Object.assign(globalThis, { library });
