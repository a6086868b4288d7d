/** What was asked for on the command line cannot be: a person can put it right. */
export class MisuseError extends Error {
  override readonly name = 'MisuseError';
}

/** The room's address could not be found out. */
export class UnknownAddressError extends Error {
  override readonly name = 'UnknownAddressError';
}
