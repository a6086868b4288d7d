/** Every refusal code of an administrator's command, with its default message. */
export const adminRefusals = {
  'bad-request': 'The request is malformed.',
  'unknown-command': 'There is no such command.',
  'no-such-setting': 'There is no such setting.',
  'not-by-change': 'OPEN cannot be changed: "stop" closes the room, and "start" opens it.',
  'invalid-value': 'The setting cannot have this value.',
  'changed-meanwhile': 'The setting was changed by another administrator meanwhile. Look at it again.',
  'no-such-user': 'There is no such user.',
  'not-suspended': 'That user is not suspended.',
  'invalid-address': 'That is neither an address nor a prefix, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.',
  'too-many-bans': 'The room holds the maximum number of bans. Lift one first, or ban a prefix instead.',
  'not-banned': 'That address is not banned.',
  'no-such-invitation': 'There is no such invitation.',
  'invalid-user': 'That is not a valid user name.',
  'user-exists': 'That user name is taken.',
  'not-online': 'That user is not online.',
  'not-blocked': 'That user is not blocked.',
  busy: 'Another long command is running. Wait until it has ended.',
  'not-under-way': 'This command is no longer running. Start it again.',
  'no-such-backup': 'There is no backup of that name. List the backups with "backups".',
  'damaged-backup': 'This room cannot read that backup. Nothing has been changed.',
  'room-not-empty': 'The room holds users or messages. To replace them, stop the room and use --replace.',
  'room-not-stopped': 'The room is open, or users are still online. To replace its content, stop it first.',
  'restore-unfinished': 'A restore has not completed. Run it again: until then, users cannot log in.',
} as const;

export type AdminRefusalCode = keyof typeof adminRefusals;
