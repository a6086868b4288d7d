/**
 * Random bytes in hexadecimal. `crypto.randomUUID` does not exist on a page that came over plain HTTP, such as that of a
 * local room.
 */
export function randomHex(bytes: number): string {
  const values = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(values, (value) => value.toString(16).padStart(2, '0')).join('');
}
