import type { AdminHandler } from '../handler.ts';

export const settings: AdminHandler<'settings'> = async (room) => ({ settings: await room.state.read() });
