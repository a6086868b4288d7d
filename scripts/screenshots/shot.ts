import type { IBuffer } from '@xterm/headless';

/** A terminal as it stands at the end of a scene. */
export interface Shot {
  readonly buffer: IBuffer;
  readonly size: { readonly columns: number; readonly rows: number };
  readonly title: string;
  close(): Promise<void>;
}
