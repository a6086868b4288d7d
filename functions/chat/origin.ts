/**
 * Whether a connection with this `Origin` header may open. A browser sends the header for every page, and no page can
 * change it. Programs send none.
 * @param allowed The room's own page, and the setting ORIGINS.
 */
export function isAllowedOrigin(origin: string | undefined, allowed: readonly (string | undefined)[]): boolean {
  return origin === undefined || (origin !== '' && allowed.includes(origin.toLowerCase()));
}
