import { hour } from './units.ts';

/**
 * Counts the passwords that guests try from addresses that are not known for the name: at one name from all addresses,
 * or from one address at all names. Known addresses are not counted, so strangers cannot lock a user out
 * (docs/decisions/0060).
 */
export interface StrangerCounter {
  /** The folded name, or {@link everyName}. */
  readonly name: string;
  /** The address, or {@link everyAddress}. */
  readonly address: string;
  /** Tries within {@link strangerWindow}. */
  readonly limit: number;
}

/** No user's name. */
const everyName = '*';
/** No address. */
const everyAddress = '*';

/** Milliseconds after which a counter starts again. */
export const strangerWindow = hour;

/** Guesses an hour at one name, from all addresses that are not known for it. */
const strangersPerName = 50;
/** Guesses an hour from one address, at names that it is not known for. An office of a hundred users shares one address. */
export const strangersPerAddress = 200;

/** The counters of a try. That of the address comes first: a blocked address no longer counts against names. */
export const strangerCounters = (name: string, address: string): readonly StrangerCounter[] => [
  { name: everyName, address, limit: strangersPerAddress },
  { name, address: everyAddress, limit: strangersPerName },
];

export interface StrangerTries {
  /** Counts a try. If the limit is reached, returns the time (epoch ms) until which no try is accepted. */
  count(counter: StrangerCounter, now: number): Promise<number | undefined>;
  /** Takes back a try whose password was right. */
  takeBack(counter: StrangerCounter, now: number): Promise<void>;
}
