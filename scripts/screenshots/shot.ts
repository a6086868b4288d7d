import type { IBuffer } from '@xterm/headless';

/** The terminal at the end of a scene. */
export interface Shot {
  readonly buffer: IBuffer;
  readonly size: { readonly columns: number; readonly rows: number };
  readonly title: string;
  close(): Promise<void>;
}
