import type { Bug } from './message-mutants.ts';

/** Bugs to plant in the client library, by file. */
export const clientBugs: Readonly<Record<string, readonly Bug[]>> = {
  'client/room/stream-order.ts': [
    [
      'the client shows held messages out of order',
      'this.#held.get(this.#position + 1); next; next',
      '[...this.#held.values()][0]; next; next',
      'client/room/stream-order.test.ts',
    ],
  ],
  'client/room/requests.ts': [
    [
      'the client forgets that a request was sent',
      'again: again && ',
      'again: false && ',
      'client/room/requests.test.ts',
    ],
  ],
  'client/room/session.ts': [
    [
      'the client forgets its token when the room is stopped',
      'if (this.#unconfirmed === undefined) this.#keep(undefined, undefined);',
      'this.#keep(undefined, undefined);',
      'client/room/losses.test.ts',
    ],
    [
      'the client chooses a new token each time',
      'const next = this.#unconfirmed ?? randomToken();',
      'const next = randomToken();',
      'client/room/losses.test.ts',
    ],
  ],
  'client/room/transport.ts': [
    [
      'the client takes a failed handover for a refused one',
      'if (mayBeDone(error) || ',
      'if (',
      'client/room/handover.test.ts',
    ],
    [
      'a replaced connection of a handover ends the client',
      'if (this.#handingOver || link !== this.#link) link.drop();',
      'if (link !== this.#link) link.drop();',
      'client/room/handover.test.ts',
    ],
    [
      'a logout does not wait for a handover',
      'if (this.#handingOver) await this.#usable.promise;',
      '',
      'client/room/handover.test.ts',
    ],
    ['a handover begins during a logout', 'if (this.#isLast) {', 'if (false) {', 'client/room/handover.test.ts'],
    ['a client that has left goes on logging in', 'this.#next?.drop();', '', 'client/room/losses.test.ts'],
  ],
  'client/room/feed.ts': [
    [
      'the client does not look for missing messages',
      'if (this.#isMissingSomething()) void this.#sync();',
      '',
      'client/room/feed.test.ts',
    ],
    [
      'the client shows messages again after a new login',
      '!this.#shownLately.has(message)',
      'message.seq > 0',
      'client/room/starting-over.test.ts',
    ],
  ],
};
