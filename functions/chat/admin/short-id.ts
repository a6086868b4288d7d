/** What the administrator sees of an invitation's id: 48 bits of the hash of its code. */
export const shortId = (id: string): string => id.slice(0, 8);
