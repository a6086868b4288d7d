import { saveLogWork } from '../backup/save-log.ts';
import { inSlices } from '../backup/slices.ts';
import type { AdminHandler } from './handler.ts';

export const saveLog: AdminHandler<'save-log'> = async (room, { from }) => {
  const { state, result, next } = await inSlices(room, saveLogWork(room), from);
  return { lines: state.lines, ...(result && { saved: result }), ...(next !== undefined && { next }) };
};
