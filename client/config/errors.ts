/** Invalid input on a command line or in a console. The user can correct it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The room's address could not be determined. */
export class UnknownAddressError extends Error {
  override readonly name = 'UnknownAddressError';
}
