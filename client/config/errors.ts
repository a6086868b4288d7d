/** What was typed, on a command line or in a console, cannot be: a person can put it right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The room's address could not be found out. */
export class UnknownAddressError extends Error {
  override readonly name = 'UnknownAddressError';
}
