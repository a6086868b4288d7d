import type { CommandContext } from './command-context.ts';

/** Shows a password with which a user can log in once. */
export function showOneTimePassword({ show }: CommandContext, result: { user: string; password: string }): void {
  show(
    result,
    `The user "${result.user}" can log in once with this password, and must then choose a new one. It is not shown again:`,
    result.password,
  );
}
