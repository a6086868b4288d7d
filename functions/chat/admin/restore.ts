import { restoreWork } from '../backup/restore.ts';
import { inSlices } from '../backup/slices.ts';
import type { AdminHandler } from './handler.ts';

export const restore: AdminHandler<'restore'> = async (room, { from, ...asked }) => {
  const { state, result, next } = await inSlices(room, restoreWork(room, asked), from);
  const counts = state.stage === 'check' ? state.check.counts : state.counts;
  return { stage: state.stage, counts, ...(result && { restored: result }), ...(next !== undefined && { next }) };
};
