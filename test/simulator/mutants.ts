import type { Mutation } from './bundle.ts';

/** A bug to plant, one at a time. */
export interface Mutant extends Mutation {
  readonly name: string;
}

/** By file: what is wrong, the right code, and the wrong code. */
const bugs: Readonly<Record<string, readonly (readonly [name: string, from: string, to: string])[]>> = {
  'functions/aws/seats.ts': [
    ['a login does not check MaxCon', ' AND #online < maxCon', ''],
    ['a seat is taken twice', ' AND attribute_not_exists(#seat)', ''],
    [
      'a seat is refunded twice',
      "ConditionExpression: 'attribute_exists(#seat)'",
      "ConditionExpression: 'attribute_exists(room)'",
    ],
    ['a seat is given back twice', ' AND attribute_not_exists(#leaving)', ''],
    ['the count does not go down', "':fewer': -count", "':fewer': 0"],
  ],
  'functions/aws/begin-session.ts': [
    ['a refused login keeps its seat', "if (outcome.kind !== 'begun') await seats.refund(taken.seat);", ''],
    [
      'a refund is not awaited',
      "if (outcome.kind !== 'begun') await seats",
      "if (outcome.kind !== 'begun') void seats",
    ],
    [
      'a login overwrites a session',
      "ConditionExpression: 'attribute_not_exists(#name)'",
      "ConditionExpression: 'attribute_not_exists(#name) OR attribute_exists(#name)'",
    ],
    [
      'a takeover replaces any session',
      "ConditionExpression: 'connectionId = :old'",
      "ConditionExpression: 'connectionId = :old OR connectionId <> :old'",
    ],
    [
      'a takeover leaves the old connection logged in',
      '...(takesOver ? [forgetConnection(takesOver.connectionId)] : []),',
      '',
    ],
  ],
  'functions/aws/session-items.ts': [
    [
      'a login binds a connection that is gone',
      "'attribute_exists(connectionId) AND attribute_not_exists(accountId)'",
      "'attribute_not_exists(accountId)'",
    ],
    [
      'a session is ended over any connection',
      '`connectionId = :connection${',
      '`(connectionId = :connection OR connectionId <> :connection)${',
    ],
    [
      'a late loss detaches a session that has moved on',
      "ConditionExpression: 'connectionId = :connection',\n  ExpressionAttributeValues: { ':now': time",
      "ConditionExpression: 'connectionId = :connection OR connectionId <> :connection',\n  ExpressionAttributeValues: { ':now': time",
    ],
  ],
  'functions/chat/end-session.ts': [
    [
      'a late disconnect ends a session that has moved on',
      'if (session?.connectionId === connectionId) await endSession',
      'if (session) await endSession',
    ],
  ],
  'functions/chat/session-reply.ts': [
    ['a login under way outlasts a ban', ' && !isBanned(bans, session.address, now)', ''],
  ],
  'functions/chat/admit.ts': [
    ['a banned address may connect', "if (isBanned(state.bans, address, at)) return refused('banned', 403);", ''],
  ],
  'functions/chat/admin/commands/ban.ts': [
    ['a ban ends the sessions of every address', 'if (!isBanned({ [prefix]: 0 }, session.address, now)) continue;', ''],
    ['a ban leaves the sessions', 'for (const session of await room.sessions.all()) {', 'for (const session of []) {'],
  ],
  'functions/aws/invitations.ts': [
    ['the last use of an invitation is taken twice', 'usesLeft > :none AND expiresAt > :now', 'expiresAt > :now'],
    ['a registration takes no use', 'SET usesLeft = usesLeft - :one', 'SET usesLeft = usesLeft - :none'],
  ],
  'functions/aws/admin/invitation-admin.ts': [
    [
      'an invitation is not revoked',
      "await deleteIf({ ...invitationKey(id), ConditionExpression: 'attribute_exists(address)' })",
      '{ written: id.length > 0 }',
    ],
  ],
  'functions/chat/commands/register.ts': [
    ['a code that was never given registers', "if (!isValid) throw new Refusal('invalid-invitation');", ''],
    ['an invitation is not used up', "state.registration === 'invite' ? invitation?.id : undefined,", 'undefined,'],
  ],
  'functions/aws/sessions.ts': [
    ['a resume accepts any token', ' AND tokenHash = :token', ''],
    ['a resume does not rotate the token', 'tokenHash = :newToken', 'tokenHash = :token'],
    ['a resume does not check the connection', ' AND connectionId = :from', ''],
    ['a resume leaves the old connection logged in', 'forgetConnection(move.from),', ''],
    ['a resumed session stays detached', ':now REMOVE detachedAt', ':now'],
  ],
  'functions/aws/streams/index.ts': [
    [
      'a message overwrites another one',
      "ConditionExpression: 'attribute_not_exists(seq)'",
      "ConditionExpression: 'attribute_not_exists(seq) OR attribute_exists(seq)'",
    ],
    ['a repeated request is committed again', 'if (request?.again)', 'if (!request)'],
    ['a first sending is not confirmed', 'await request?.confirm();', ''],
  ],
  'functions/aws/streams/holes.ts': [
    [
      'a tombstone overwrites a message',
      "ConditionExpression: 'attribute_not_exists(seq)'",
      "ConditionExpression: 'attribute_not_exists(seq) OR attribute_exists(seq)'",
    ],
  ],
  'functions/aws/streams/reader.ts': [
    ['a reader passes a number that may still come', 'if (settled.upTo < item.seq - 1) return true;', ''],
    ['a page leaves out its first message', 'first: after + 1', 'first: after + 2'],
  ],
  'functions/chat/dispatch.ts': [
    ['a repeat does not wait', 'if (again) await room.clock.sleepUntil(room.clock.now() + repeatDelay);', ''],
  ],
  'functions/aws/streams/counters.ts': [
    [
      'a number is taken twice',
      "'SET seq = seq + :one, givenAt = :now'",
      "'SET seq = if_not_exists(seq, :one), givenAt = :now'",
    ],
  ],
  'functions/aws/accounts.ts': [
    ['a cursor moves back', '} <= :', '} <> :'],
    ['an acknowledgement is one too high', 'positions[stream]])),', '(positions[stream] ?? 0) + 1])),'],
  ],
  'functions/chat/deliver.ts': [
    [
      'presence is not read again after the commit',
      'session = await room.sessions.find(owner.name);',
      'session = undefined;',
    ],
    [
      'a post is not awaited',
      'await allOf([spread(room, shown, event), spread(room, kept, hidden)]);',
      'void allOf([spread(room, shown, event), spread(room, kept, hidden)]);',
    ],
  ],
  'functions/chat/sweep.ts': [
    ['the sweeper finds no ghosts', "if ((await askIfThere(room, connectionId)) !== 'gone') return;", 'return;'],
    [
      'a detached session never ends',
      "await endSession(room, session, 'lost', { detachedAt: session.detachedAt });",
      '',
    ],
  ],
  'functions/aws/dynamodb.ts': [
    ['retries of a transaction have different tokens', ', ClientRequestToken: newVersionTag() }', ' }'],
  ],
  'functions/chat/seats.ts': [
    ['a mark goes although an attempt has timed out', 'const ownFor = 2_500;', 'const ownFor = 30_000;'],
  ],
  'client/room/stream-order.ts': [
    [
      'the client shows held messages out of order',
      'this.#held.get(this.#position + 1); next; next',
      '[...this.#held.values()][0]; next; next',
    ],
  ],
  'client/room/requests.ts': [['the client forgets that a request was sent', 'again: again && ', 'again: false && ']],
  'client/room/session.ts': [
    [
      'the client chooses a new token each time',
      'const next = this.#unconfirmed ?? randomToken();',
      'const next = randomToken();',
    ],
  ],
  'client/room/feed.ts': [
    ['the client does not look for missing messages', 'if (this.#isMissingSomething()) void this.#sync();', ''],
    ['the client shows messages again after a new login', '!this.#shownLately.has(message)', 'message.seq > 0'],
  ],
};

export const mutants: readonly Mutant[] = Object.entries(bugs).flatMap(([file, changes]) =>
  changes.map(([name, from, to]) => ({ name, file, from, to })),
);
