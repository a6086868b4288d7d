import type { Settings } from './model.ts';

/** A new room's settings; what each may be stands in `protocol/admin/settings.ts`. */
export const defaultSettings: Settings = {
  open: true,
  maxCon: 100,
  blockTime: 60,
  lastHour: 3600,
  timeOut: 1800,
  minPassword: 8,
  grace: 30,
  maxFileBytes: 100 * 1024 ** 2,
  floodRate: 20,
  floodBurst: 100,
};
