import { changeSettings } from '../change-settings.ts';
import type { AdminHandler } from '../handler.ts';

export const change: AdminHandler<'change'> = async (room, { name, value, seen }) => {
  const was: Readonly<Record<string, unknown>> = await changeSettings(room, { [name]: value }, { [name]: seen });
  return { name, value, was: was[name] };
};
