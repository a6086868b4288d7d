import type { ForcedEnding } from './room/index.ts';

/**
 * The exit codes. `refused`: the room did not let the user in or stay, or refused the command. `misused`: the command
 * line is wrong. `unreachable`: no room was found, or it was lost; nothing was done. `unclear`: only a part was done,
 * it is unknown whether it was done, or its result could not be written. A script must not simply repeat it.
 */
export const exitCodes = { done: 0, refused: 1, misused: 2, unreachable: 3, unclear: 4 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code after the room, or a failure, has ended a session. */
export const codeOf = (ending: ForcedEnding): ExitCode =>
  ending.reason === 'kicked' ? exitCodes.refused : exitCodes.unreachable;
