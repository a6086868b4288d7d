/** A page of a long list. */
export interface ListPage<T> {
  readonly items: readonly T[];
  /** An opaque token for the next page; undefined on the last one. A page can be empty without being the last. */
  readonly next: string | undefined;
}
