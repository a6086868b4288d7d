import type { Settings } from './model.ts';
import { day } from './units.ts';

/** Until when (epoch ms) the name of an account that is deleted now stays reserved. Undefined: it does not. */
export const reservedUntil = ({ nameReservation }: Settings, now: number): number | undefined =>
  nameReservation > 0 ? now + nameReservation * day : undefined;
