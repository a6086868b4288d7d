import type { State } from './ports.ts';
import { Refusal } from './refusal.ts';

/** The refusal of a closed room, with the reason if the room has closed itself. */
export const roomStopped = ({ closedFor }: Pick<State, 'closedFor'>): Refusal =>
  new Refusal(
    'room-stopped',
    {},
    closedFor === 'budget' ? 'The room is stopped: its budget for this month is used up.' : undefined,
  );
