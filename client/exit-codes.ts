/** What a program ends with, so that a script can tell: the room refused, the command was none, no room could be asked. */
export const exitCodes = { done: 0, refused: 1, misused: 2, unreachable: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
