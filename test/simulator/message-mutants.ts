/** What is wrong, the right code, the wrong code, and the test that finds it. */
export type Bug = readonly [name: string, from: string, to: string, test?: string];

/** Bugs to plant in what happens to messages and files, by file. */
export const messageBugs: Readonly<Record<string, readonly Bug[]>> = {
  'functions/aws/streams/index.ts': [
    [
      'a message overwrites another one',
      "ConditionExpression: 'attribute_not_exists(seq)'",
      "ConditionExpression: 'attribute_not_exists(seq) OR attribute_exists(seq)'",
      'test/scenes/streams.test.ts',
    ],
    ['a repeated request is committed again', 'if (request?.again)', 'if (!request)', 'test/races/repeats.test.ts'],
    ['a first sending is not confirmed', 'await request?.confirm();', '', 'test/races/repeats.test.ts'],
  ],
  'functions/aws/streams/holes.ts': [
    [
      'a tombstone overwrites a message',
      "ConditionExpression: 'attribute_not_exists(seq)'",
      "ConditionExpression: 'attribute_not_exists(seq) OR attribute_exists(seq)'",
      'test/races/repeats.test.ts',
    ],
  ],
  'functions/aws/streams/reader.ts': [
    [
      'a reader passes a number that may still come',
      'if (settled.upTo < item.seq - 1) return true;',
      '',
      'test/scenes/streams.test.ts',
    ],
    ['a page leaves out its first message', 'first: after + 1', 'first: after + 2', 'test/scenes/streams.test.ts'],
    [
      'a user reads what others have sent',
      "if (stored.item['fromId'] !== sender.accountId) continue;",
      '',
      'test/scenes/conversation.test.ts',
    ],
  ],
  'functions/chat/commands/file.ts': [
    [
      'a blocked user announces a file',
      "if (recipient.blocks.has(member.accountId)) throw new Refusal('blocked');",
      '',
      'test/scenes/files.test.ts',
    ],
  ],
  'functions/chat/dispatch.ts': [
    [
      'a repeat does not wait',
      'if (again) await room.clock.sleepUntil(room.clock.now() + repeatDelay);',
      '',
      'test/races/repeats.test.ts',
    ],
  ],
  'functions/aws/streams/counters.ts': [
    [
      'a number is taken twice',
      "'SET seq = seq + :one, givenAt = :now'",
      "'SET seq = if_not_exists(seq, :one), givenAt = :now'",
      'bench/cost.test.ts',
    ],
  ],
  'functions/aws/accounts.ts': [
    ['a cursor moves back', '} <= :', '} <> :', 'test/scenes/talk.test.ts'],
    [
      'an acknowledgement is one too high',
      'positions[stream]])),',
      '(positions[stream] ?? 0) + 1])),',
      'test/scenes/talk.test.ts',
    ],
  ],
  'functions/chat/deliver.ts': [
    [
      'presence is not read again after the commit',
      'session = await room.sessions.find(owner.name);',
      'session = undefined;',
      'test/scenes/races.test.ts',
    ],
    [
      'a post is not awaited',
      'await allOf([spread(room, shown, event), spread(room, kept, hidden)]);',
      'void allOf([spread(room, shown, event), spread(room, kept, hidden)]);',
      'test/scenes/delivery.test.ts',
    ],
  ],
};
