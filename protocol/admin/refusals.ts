/** Why the room does not do what an administrator asks, with the sentence for when there is nothing more precise to say. */
export const adminRefusals = {
  'bad-request': 'That request is not well-formed.',
  'unknown-command': 'There is no such command.',
  'no-such-setting': 'There is no such setting.',
  'not-by-change': 'OPEN cannot be changed: "stop" closes the room, and "start" opens it.',
  'invalid-value': 'That setting cannot have that value.',
  'changed-meanwhile': 'It was changed by somebody else meanwhile.',
  'no-such-user': 'There is no such user.',
  'not-online': 'That user is not online.',
  'not-blocked': 'That user is not blocked.',
  busy: 'Something that takes long is under way already.',
  'not-under-way': 'That is not under way any more.',
  'no-such-backup': 'There is no backup of that name.',
  'damaged-backup': 'That is no backup that this room can read. Nothing has been changed.',
  'room-not-empty':
    'There are people or messages in this room. To have them replaced, stop the room and say --replace.',
  'room-not-stopped': 'The room is open, or somebody is still in it. To have everything in it replaced, stop it first.',
  'restore-unfinished': 'A restore has begun and not ended. Run it again: until then nobody is let in.',
} as const;

export type AdminRefusalCode = keyof typeof adminRefusals;
