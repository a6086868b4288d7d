import type { EmulatorName } from '../../scripts/emulator/emulators.ts';

/** A check that an emulator is known to answer differently from AWS. */
export interface Deviation {
  /** The check's name. */
  readonly check: string;
  readonly why: string;
  /** What the emulator does instead. Any other observation is a new deviation. */
  readonly observed?: string;
  /** The check is not run. */
  readonly skip?: true;
}

export const smokeDeviations: Readonly<Record<EmulatorName, readonly Deviation[]>> = {
  ministack: [],
  another: [],
};
