/** Why the room does not do what an administrator asks, with the sentence for when there is nothing more precise to say. */
export const adminRefusals = {
  'bad-request': 'That request is not well-formed.',
  'unknown-command': 'There is no such command.',
  'no-such-setting': 'There is no such setting.',
  'invalid-value': 'That setting cannot have that value.',
  'changed-meanwhile': 'It was changed by somebody else meanwhile.',
  'no-such-user': 'There is no such user.',
  'not-online': 'That user is not online.',
  'not-blocked': 'That user is not blocked.',
} as const;

export type AdminRefusalCode = keyof typeof adminRefusals;
