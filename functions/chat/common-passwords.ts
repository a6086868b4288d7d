import passwords from '@zxcvbn-ts/language-common/src/passwords.json' with { type: 'json' };

/** How many of the list are refused. The bundle of the function holds only these. */
export const commonPasswords = 10_000;

const common = new Set(passwords.slice(0, commonPasswords));

/** Whether a password, in any case, is one of the most common ones: zxcvbn-ts counts them in leaked lists. */
export function isCommonPassword(password: string): boolean {
  return common.has(password.toLowerCase());
}
