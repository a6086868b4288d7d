import type { Mutation } from './bundle.ts';

/** A bug to plant, one at a time. */
export interface Mutant extends Mutation {
  readonly name: string;
}

const seats = 'functions/aws/seats.ts';
const begin = 'functions/aws/begin-session.ts';
const items = 'functions/aws/session-items.ts';
const sessions = 'functions/aws/sessions.ts';
const streams = 'functions/aws/streams/index.ts';
const holes = 'functions/aws/streams/holes.ts';
const reader = 'functions/aws/streams/reader.ts';
const ending = 'functions/chat/end-session.ts';
const order = 'client/room/stream-order.ts';

export const mutants: readonly Mutant[] = [
  { name: 'a login does not check MaxCon', file: seats, from: ' AND #online < maxCon', to: '' },
  { name: 'a seat is taken twice', file: seats, from: ' AND attribute_not_exists(#seat)', to: '' },
  {
    name: 'a seat is refunded twice',
    file: seats,
    from: "ConditionExpression: 'attribute_exists(#seat)'",
    to: "ConditionExpression: 'attribute_exists(room)'",
  },
  { name: 'a seat is given back twice', file: seats, from: ' AND attribute_not_exists(#leaving)', to: '' },
  { name: 'the count does not go down', file: seats, from: "':fewer': -count", to: "':fewer': 0" },
  {
    name: 'a refused login keeps its seat',
    file: begin,
    from: "if (outcome.kind !== 'begun') await seats.refund(taken.seat);",
    to: '',
  },
  {
    name: 'a refund is not awaited',
    file: begin,
    from: "if (outcome.kind !== 'begun') await seats",
    to: "if (outcome.kind !== 'begun') void seats",
  },
  {
    name: 'a login overwrites a session',
    file: begin,
    from: "ConditionExpression: 'attribute_not_exists(#name)'",
    to: "ConditionExpression: 'attribute_not_exists(#name) OR attribute_exists(#name)'",
  },
  {
    name: 'a takeover replaces any session',
    file: begin,
    from: "ConditionExpression: 'connectionId = :old'",
    to: "ConditionExpression: 'connectionId = :old OR connectionId <> :old'",
  },
  {
    name: 'a takeover leaves the old connection logged in',
    file: begin,
    from: '...(takesOver ? [forgetConnection(takesOver.connectionId)] : []),',
    to: '',
  },
  {
    name: 'a login binds a connection that is gone',
    file: items,
    from: "'attribute_exists(connectionId) AND attribute_not_exists(accountId)'",
    to: "'attribute_not_exists(accountId)'",
  },
  {
    name: 'a session is ended over any connection',
    file: items,
    from: '`connectionId = :connection${',
    to: '`(connectionId = :connection OR connectionId <> :connection)${',
  },
  {
    name: 'a late loss detaches a session that has moved on',
    file: items,
    from: "ConditionExpression: 'connectionId = :connection',\n  ExpressionAttributeValues: { ':now': time",
    to: "ConditionExpression: 'connectionId = :connection OR connectionId <> :connection',\n  ExpressionAttributeValues: { ':now': time",
  },
  {
    name: 'a late disconnect ends a session that has moved on',
    file: ending,
    from: 'if (session?.connectionId === connectionId) await endSession',
    to: 'if (session) await endSession',
  },
  { name: 'a resume accepts any token', file: sessions, from: ' AND tokenHash = :token', to: '' },
  {
    name: 'a resume does not rotate the token',
    file: sessions,
    from: 'tokenHash = :newToken',
    to: 'tokenHash = :token',
  },
  { name: 'a resume does not check the connection', file: sessions, from: ' AND connectionId = :from', to: '' },
  {
    name: 'a resume leaves the old connection logged in',
    file: sessions,
    from: 'forgetConnection(move.from),',
    to: '',
  },
  { name: 'a resumed session stays detached', file: sessions, from: ':now REMOVE detachedAt', to: ':now' },
  {
    name: 'a message overwrites another one',
    file: streams,
    from: "ConditionExpression: 'attribute_not_exists(seq)'",
    to: "ConditionExpression: 'attribute_not_exists(seq) OR attribute_exists(seq)'",
  },
  {
    name: 'a tombstone overwrites a message',
    file: holes,
    from: "ConditionExpression: 'attribute_not_exists(seq)'",
    to: "ConditionExpression: 'attribute_not_exists(seq) OR attribute_exists(seq)'",
  },
  {
    name: 'a reader passes a number that may still come',
    file: reader,
    from: 'if (settled.upTo < item.seq - 1) return true;',
    to: '',
  },
  { name: 'a page leaves out its first message', file: reader, from: 'first: after + 1', to: 'first: after + 2' },
  { name: 'a repeated request is committed again', file: streams, from: 'if (request?.again)', to: 'if (!request)' },
  { name: 'a first sending is not confirmed', file: streams, from: 'await request?.confirm();', to: '' },
  {
    name: 'a repeat does not wait',
    file: 'functions/chat/dispatch.ts',
    from: 'const repeatDelay = 1_000;',
    to: 'const repeatDelay = 0;',
  },
  {
    name: 'a number is taken twice',
    file: 'functions/aws/streams/counters.ts',
    from: "'SET seq = seq + :one, givenAt = :now'",
    to: "'SET seq = if_not_exists(seq, :one), givenAt = :now'",
  },
  {
    name: 'a cursor moves back',
    file: 'functions/aws/accounts.ts',
    from: '} <= :',
    to: '} <> :',
  },
  {
    name: 'an acknowledgement is one too high',
    file: 'functions/aws/accounts.ts',
    from: 'positions[stream]])),',
    to: '(positions[stream] ?? 0) + 1])),',
  },
  {
    name: 'presence is not read again after the commit',
    file: 'functions/chat/deliver.ts',
    from: 'session = await room.sessions.find(owner.name);',
    to: 'session = undefined;',
  },
  {
    name: 'a post is not awaited',
    file: 'functions/chat/deliver.ts',
    from: 'await allOf([spread(room, shown, event), spread(room, kept, hidden)]);',
    to: 'void allOf([spread(room, shown, event), spread(room, kept, hidden)]);',
  },
  {
    name: 'the sweeper finds no ghosts',
    file: 'functions/chat/sweep.ts',
    from: "if ((await askIfThere(room, connectionId)) !== 'gone') return;",
    to: 'return;',
  },
  {
    name: 'a detached session never ends',
    file: 'functions/chat/sweep.ts',
    from: "await endSession(room, session, 'lost', { detachedAt: session.detachedAt });",
    to: '',
  },
  {
    name: 'retries of a transaction have different tokens',
    file: 'functions/aws/dynamodb.ts',
    from: ', ClientRequestToken: newVersionTag() }',
    to: ' }',
  },
  {
    name: 'a mark goes although an attempt has timed out',
    file: 'functions/chat/seats.ts',
    from: 'const ownFor = 2_500;',
    to: 'const ownFor = 30_000;',
  },
  {
    name: 'the client shows a page over again',
    file: order,
    from: 'if (message.seq <= (this.#position ?? 0)) return [];',
    to: '',
  },
  {
    name: 'the client forgets that a request was sent',
    file: 'client/room/requests.ts',
    from: 'again: again && ',
    to: 'again: false && ',
  },
  {
    name: 'the client chooses a new token each time',
    file: 'client/room/session.ts',
    from: 'this.#unconfirmed ??= randomToken();',
    to: 'this.#unconfirmed = randomToken();',
  },
  {
    name: 'the client shows held messages out of order',
    file: order,
    from: 'this.#held.get(this.#position + 1); next; next',
    to: '[...this.#held.values()][0]; next; next',
  },
  {
    name: 'the client does not look for missing messages',
    file: 'client/room/feed.ts',
    from: 'if (this.#isMissingSomething()) void this.#sync();',
    to: '',
  },
];
