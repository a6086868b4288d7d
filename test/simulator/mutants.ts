import { backupBugs } from './backup-mutants.ts';
import type { Mutation } from './bundle.ts';
import { clientBugs } from './client-mutants.ts';
import { type Bug, messageBugs } from './message-mutants.ts';

/** A bug to plant, one at a time. */
export interface Mutant extends Mutation {
  readonly name: string;
  /** The test file that finds it. Empty: no test file does, or none is known. */
  readonly test: string;
}

/** Bugs in sessions and accounts, by file. */
const bugs: Readonly<Record<string, readonly Bug[]>> = {
  'functions/aws/seats.ts': [
    ['a login does not check MaxCon', ' AND #online < maxCon', '', 'test/scenes/max-con.test.ts'],
    ['a seat is taken twice', ' AND attribute_not_exists(#seat)', '', 'test/scenes/seats.test.ts'],
    [
      'a seat is refunded twice',
      "ConditionExpression: 'attribute_exists(#seat)'",
      "ConditionExpression: 'attribute_exists(room)'",
      'test/scenes/seats.test.ts',
    ],
    ['a seat is given back twice', ' AND attribute_not_exists(#leaving)', '', 'test/scenes/seats.test.ts'],
    ['the count does not go down', "':fewer': -count", "':fewer': 0", 'test/scenes/seats.test.ts'],
  ],
  'functions/aws/begin-session.ts': [
    ['a refunded login may still commit', ' && mayRemoveMark(startedAt, Date.now())', '', 'test/scenes/seats.test.ts'],
    [
      'a refused login keeps its seat',
      'await seats.refund(taken.seat);',
      'return outcome;',
      'test/scenes/seats.test.ts',
    ],
    [
      'a login under way outlasts a suspension',
      ' AND attribute_not_exists(suspended)',
      '',
      'test/scenes/moderation.test.ts',
    ],
    ['a refund is not awaited', 'await seats.refund(taken.seat)', 'void seats.refund(taken.seat)'],
    [
      'a login overwrites a session',
      "ConditionExpression: 'attribute_not_exists(#name)'",
      "ConditionExpression: 'attribute_not_exists(#name) OR attribute_exists(#name)'",
      'test/races/sessions.test.ts',
    ],
    [
      'a takeover replaces any session',
      "ConditionExpression: 'connectionId = :old'",
      "ConditionExpression: 'connectionId = :old OR connectionId <> :old'",
      'test/races/sessions.test.ts',
    ],
    [
      'a takeover leaves the old connection logged in',
      '...(takesOver ? [forgetConnection(takesOver.connectionId)] : []),',
      '',
      'test/races/sessions.test.ts',
    ],
  ],
  'functions/aws/session-items.ts': [
    [
      'a login binds a connection that is gone',
      "'attribute_exists(connectionId) AND attribute_not_exists(accountId)'",
      "'attribute_not_exists(accountId)'",
      'test/races/sessions.test.ts',
    ],
    [
      'a session is ended over any connection',
      'const values = {\n    connectionId,\n',
      'const values = {\n    shard: 0,\n',
      'test/races/sessions.test.ts',
    ],
    [
      'a late loss detaches a session that has moved on',
      "ConditionExpression: 'connectionId = :connection',\n  ExpressionAttributeValues: { ':now': time",
      "ConditionExpression: 'connectionId = :connection OR connectionId <> :connection',\n  ExpressionAttributeValues: { ':now': time",
      'test/races/sessions.test.ts',
    ],
  ],
  'functions/chat/end-session.ts': [
    [
      'a late disconnect ends a session that has moved on',
      'if (session?.connectionId === connectionId) await endSession',
      'if (session) await endSession',
      'test/races/sessions.test.ts',
    ],
  ],
  'functions/chat/session-reply.ts': [
    [
      'a login under way outlasts a ban',
      ' && !isBanned(bans, session.address, now)',
      '',
      'test/scenes/moderation.test.ts',
    ],
  ],
  'functions/chat/bans.ts': [
    ['a ban never ends', 'until === 0 || until > now', 'until >= 0', 'functions/chat/bans.test.ts'],
  ],
  'functions/chat/admit.ts': [
    [
      'a banned address may connect',
      "if (isBanned(state.bans, address, at)) return refused('banned', 403);",
      '',
      'test/scenes/moderation.test.ts',
    ],
  ],
  'functions/chat/admin/commands/ban.ts': [
    [
      'a ban ends the sessions of every address',
      'if (!isBanned({ [prefix]: 0 }, session.address, now)) continue;',
      '',
      'test/scenes/moderation.test.ts',
    ],
    [
      'a ban leaves the sessions',
      'for (const session of await room.sessions.all()) {',
      'for (const session of []) {',
      'test/scenes/moderation.test.ts',
    ],
  ],
  'functions/chat/admin/commands/stop.ts': [
    [
      'a stop leaves the sessions',
      'const sessions = await room.sessions.all();',
      'const sessions: Session[] = [];',
      'test/scenes/stop.test.ts',
    ],
  ],
  'functions/chat/admin/commands/suspend.ts': [
    [
      'a suspension leaves the session',
      'if (await kickOut(room, session, reason)) break;',
      'break;',
      'test/scenes/moderation.test.ts',
    ],
  ],
  'functions/chat/files/quota.ts': [
    ['one sender may use the whole quota', 'Math.ceil(quota / 2)', 'quota', 'test/scenes/file-quotas.test.ts'],
    [
      'files that are announced side by side exceed the quota',
      'if (refusal) throw refusal;',
      'if (refusal && all.length > filesWaiting + 1) throw refusal;',
      'test/scenes/file-quotas.test.ts',
    ],
  ],
  'functions/aws/invitations.ts': [
    [
      'the last use of an invitation is taken twice',
      'usesLeft > :none AND expiresAt > :now',
      'expiresAt > :now',
      'test/scenes/invitations.test.ts',
    ],
    [
      'a registration takes no use',
      'SET usesLeft = usesLeft - :one',
      'SET usesLeft = usesLeft - :none',
      'test/scenes/invitations.test.ts',
    ],
  ],
  'functions/aws/admin/invitation-admin.ts': [
    [
      'an invitation is not revoked',
      'await db.send(new DeleteCommand(invitationKey(id)));',
      '',
      'test/scenes/invitations.test.ts',
    ],
  ],
  'functions/chat/commands/register.ts': [
    [
      'a code that was never given registers',
      "if (!isValid) throw new Refusal('invalid-invitation');",
      '',
      'test/scenes/invitations.test.ts',
    ],
    [
      'an invitation is not used up',
      "state.registration === 'invite' ? invitation?.id : undefined,",
      'undefined,',
      'test/scenes/invitations.test.ts',
    ],
  ],
  'functions/aws/sessions.ts': [
    [
      'a kick is not remembered',
      'recordEnd(session, time, guard.kickReason)',
      'recordEnd(session, time)',
      'test/scenes/resume.test.ts',
    ],
    [
      'a resume accepts any token',
      ' AND tokenHash = :token',
      ' AND (tokenHash = :token OR tokenHash <> :token)',
      'test/scenes/resume.test.ts',
    ],
    [
      'a resume does not rotate the token',
      'tokenHash = :newToken',
      'tokenHash = if_not_exists(tokenHash, :newToken)',
      'test/scenes/resume.test.ts',
    ],
    [
      'a resume does not check the connection',
      ' AND connectionId = :from',
      ' AND (connectionId = :from OR connectionId <> :from)',
      'test/races/sessions.test.ts',
    ],
    ['a resume leaves the old connection logged in', 'forgetConnection(move.from),', '', 'test/races/sessions.test.ts'],
    ['a resumed session stays detached', ':now REMOVE detachedAt', ':now', 'test/scenes/resume.test.ts'],
  ],
  'functions/chat/sweep.ts': [
    [
      'the sweeper finds no ghosts',
      "if ((await askIfThere(room, connectionId)) !== 'gone') return;",
      'return;',
      'test/scenes/disconnect.test.ts',
    ],
    [
      'a detached session never ends',
      "await endSession(room, session, 'lost', { detachedAt: session.detachedAt });",
      '',
      'test/scenes/disconnect.test.ts',
    ],
  ],
  'functions/aws/dynamodb.ts': [
    [
      'a restore does not wait for lost attempts',
      'if (performance.now() - startedAt >= requestTimeout)',
      'if (false)',
      'functions/aws/dynamodb.test.ts',
    ],
    [
      'retries of a transaction have different tokens',
      ', ClientRequestToken: newVersionTag() }',
      ' }',
      'functions/aws/dynamodb.test.ts',
    ],
  ],
  'functions/chat/seats.ts': [
    [
      'a mark goes although an attempt has timed out',
      'const ownFor = 2_500;',
      'const ownFor = 30_000;',
      'test/scenes/seats.test.ts',
    ],
  ],
};

export const mutants: readonly Mutant[] = [bugs, messageBugs, clientBugs, backupBugs]
  .flatMap((one) => Object.entries(one))
  .flatMap(([file, changes]) => changes.map(([name, from, to, test = '']) => ({ name, file, from, to, test })));
