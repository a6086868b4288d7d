/**
 * Whether a connection with this `Origin` header may open. A browser sends the header for every page, and no page can
 * change it. Programs send none.
 * @param allowed The setting ORIGINS.
 */
export function isAllowedOrigin(origin: string | undefined, allowed: string): boolean {
  return origin === undefined || allowed.split(' ').includes(origin.toLowerCase());
}
