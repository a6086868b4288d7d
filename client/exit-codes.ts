/** The exit codes: the room refused a command, the command was misused, or no room was found or it was lost. */
export const exitCodes = { done: 0, refused: 1, misused: 2, unreachable: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
