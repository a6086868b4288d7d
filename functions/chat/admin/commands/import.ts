import { changeSettings } from '../change-settings.ts';
import type { AdminHandler } from '../handler.ts';

export const importCommand: AdminHandler<'import'> = async (room, { settings }) => ({
  settings,
  was: await changeSettings(room, settings),
});
