import type { EmulatorName } from '../../scripts/emulator/emulators.ts';

/** Why a scene does not play in a room on an emulator. */
interface Reason {
  readonly why: string;
  /** The emulator that differs from AWS. Undefined if the scene cannot play on any emulator. */
  readonly of?: EmulatorName;
}

/** The features that only a local room has, and the differences of emulators from AWS (`docs/emulators.md`). */
export const reasons = {
  faults: {
    why: "reads the local room's state or injects faults, which an emulator does not support",
  },
  clock: { why: 'puts the clock forward or makes it faster, which an emulator cannot do' },
  ownRoom: { why: 'opens, kills or copies rooms of its own' },
  console: { why: "finds the room by a local room's data folder" },
  refusal: {
    why: "every refused $connect is answered 403; AWS passes the function's status on",
    of: 'ministack',
  },
  closeCode: {
    why: "$disconnect reports every close by the client as 1006, a loss; AWS reports the client's code",
    of: 'ministack',
  },
  closeReason: {
    why: 'DeleteConnection closes with 1000 and no reason; AWS says "Connection Closed Normally"',
    of: 'ministack',
  },
  frames: {
    why: 'binary frames and frames of any size reach the function; AWS closes the connection with 1003, or 1009',
    of: 'ministack',
  },
  invocations: {
    why: 'handles hundreds of parallel connections too slowly for the timeout of the scene',
    of: 'ministack',
  },
} as const satisfies Record<string, Reason>;

/** A skipped scene, or its tests whose names begin with `test`. */
export interface Deviation {
  /** The file, in `test/scenes`. */
  readonly scene: string;
  readonly test?: string;
  readonly because: keyof typeof reasons;
}

/** All scenes that are skipped on an emulator. */
export const deviations: readonly Deviation[] = [
  { scene: 'addresses', because: 'ownRoom' },
  { scene: 'after-commit', because: 'faults' },
  { scene: 'backup', because: 'ownRoom' },
  { scene: 'backup-steps', because: 'ownRoom' },
  { scene: 'budget', because: 'ownRoom' },
  { scene: 'console', because: 'console' },
  { scene: 'console-accounts', because: 'console' },
  { scene: 'console-finds', because: 'console' },
  { scene: 'console-stack', because: 'console' },
  { scene: 'console-stats', because: 'console' },
  { scene: 'console-terminal', because: 'console' },
  { scene: 'dead-letters', because: 'faults' },
  { scene: 'delivery', because: 'faults' },
  { scene: 'doctor', because: 'console' },
  { scene: 'doctor-busy', because: 'faults' },
  { scene: 'doctor-files', because: 'faults' },
  { scene: 'gone', because: 'faults' },
  { scene: 'metrics', because: 'faults' },
  { scene: 'file-crashes', because: 'faults' },
  { scene: 'files-faults', because: 'faults' },
  { scene: 'guest-limits', because: 'faults' },
  { scene: 'tombstones', test: 'a page of history takes one query', because: 'faults' },
  { scene: 'guests-per-address', because: 'faults' },
  { scene: 'log', because: 'console' },
  { scene: 'npm-run', because: 'ownRoom' },
  { scene: 'old-backups', because: 'console' },
  { scene: 'presence', because: 'clock' },
  { scene: 'disconnect', because: 'clock' },
  { scene: 'restore', because: 'ownRoom' },
  { scene: 'restore-reconnect', because: 'console' },
  { scene: 'resume', because: 'clock' },
  { scene: 'seats', because: 'faults' },
  { scene: 'survival', because: 'ownRoom' },
  { scene: 'time-out', because: 'clock' },
  { scene: 'upgrade', because: 'faults' },

  { scene: 'max-con', because: 'refusal' },
  { scene: 'login', test: 'the other users get the login event', because: 'closeCode' },
  { scene: 'notices', test: 'every client that got a login event', because: 'closeCode' },
  { scene: 'login', test: 'a logout is answered', because: 'closeReason' },
  { scene: 'login', test: 'exactly one succeeds, and the count is right', because: 'closeCode' },
  { scene: 'accounts', test: 'parallel guesses do not evade the block', because: 'faults' },
  { scene: 'accounts', test: 'a resume during the change is not', because: 'faults' },
  { scene: 'file-transfer', test: 'a file whose URL has expired', because: 'clock' },
  { scene: 'frames', test: 'a heartbeat is answered without a Lambda', because: 'faults' },
  { scene: 'frames', test: 'binary frames close the connection', because: 'frames' },
  { scene: 'frames', test: 'are each answered as the protocol says', because: 'frames' },
  { scene: 'frames', test: 'broken UTF-8 and binary close', because: 'frames' },
  { scene: 'file-quotas', test: 'a file whose announcement failed', because: 'faults' },
  { scene: 'file-quotas', test: 'a refused announcement of a file', because: 'faults' },
  { scene: 'invitations', test: 'on AWS begins with invitations', because: 'ownRoom' },
  { scene: 'invitations', test: 'makes, lists and revokes invitations', because: 'console' },
  { scene: 'invitations', test: 'adds a user', because: 'console' },
  { scene: 'login-block', test: 'a blocked login hashes nothing', because: 'ownRoom' },
  { scene: 'login-block', test: 'for one login is not told apart', because: 'faults' },
  { scene: 'moderation', test: 'does not get in by a login', because: 'faults' },
  { scene: 'moderation', test: 'loses its sessions, and is refused', because: 'refusal' },
  { scene: 'moderation', test: 'is refused at the end of a login or resume', because: 'faults' },
  { scene: 'moderation', test: 'is let in again', because: 'refusal' },
  { scene: 'moderation', test: 'the console moderates', because: 'console' },
  { scene: 'races', test: 'is shown exactly once', because: 'invocations' },
  { scene: 'races', test: 'resumes once', because: 'faults' },
  { scene: 'races', test: 'a message is posted to a recipient who logged in', because: 'faults' },
  { scene: 'settings', test: 'a closed room refuses', because: 'refusal' },
  { scene: 'streams', test: 'expired messages leave numbers', because: 'faults' },
  { scene: 'streams', test: 'a message whose commit failed leaves a number', because: 'faults' },
  { scene: 'streams', test: 'a message whose commit was answered too late', because: 'faults' },
  { scene: 'streams', test: "the room's numbers continue", because: 'faults' },
  { scene: 'streams', test: 'numbers continue when the last messages', because: 'faults' },
  { scene: 'streams', test: 'a late writer', because: 'faults' },
  { scene: 'streams', test: 'no message is committed later', because: 'faults' },
  { scene: 'stop', test: 'notifies all clients', because: 'closeReason' },
  { scene: 'stop', test: 'can be repeated, and the room opens again', because: 'closeReason' },
  { scene: 'stop', test: 'a client prints the reason and ends', because: 'console' },
  { scene: 'stop', test: 'a session that moves during a stop', because: 'faults' },
  { scene: 'stop', test: 'prints each step in the console', because: 'console' },
  { scene: 'stop', test: 'the log is saved after the maximum delay', because: 'clock' },
  { scene: 'stop', test: 'the log is saved once, even if a step is killed', because: 'faults' },
  { scene: 'stop', test: 'waits for the end of an abandoned job', because: 'clock' },
  { scene: 'take-over', test: 'is refused if the other client does not answer but', because: 'clock' },
  { scene: 'take-over', test: 'the answer does not count as activity', because: 'clock' },
  { scene: 'stop', test: 'saves the log even if the backup fails', because: 'faults' },
];

/** The scenes to skip on this emulator. */
export function deviationsOf(emulator: EmulatorName): readonly (Deviation & Reason)[] {
  return deviations
    .map((one) => ({ ...one, ...(reasons[one.because] as Reason) }))
    .filter(({ of }) => of === undefined || of === emulator);
}
