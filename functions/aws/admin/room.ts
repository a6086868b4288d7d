import type { AdminRoom } from '../../chat/admin/ports.ts';
import { room } from '../room.ts';
import { registry } from './registry.ts';

/** The room as the administrator's function has it. */
export const adminRoom: AdminRoom = { ...room, registry };
