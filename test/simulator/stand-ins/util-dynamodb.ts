/** Items are never marshalled here. */
export const unmarshall = <T>(item: T): T => item;
