import { runJob } from '../../backup/run-job.ts';
import { saveLogJob } from '../../backup/save-log.ts';
import type { AdminHandler } from '../handler.ts';

export const saveLog: AdminHandler<'save-log'> = async (room, { from }) => {
  const { state, result, next } = await runJob(room, saveLogJob(room), from);
  return { lines: state.lines, ...(result && { saved: result }), ...(next !== undefined && { next }) };
};
