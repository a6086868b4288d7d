import type { Machine } from '../machine.ts';

/** The machine that runs the program. The bundle has it as a free variable. */
declare const machine: Machine;

export const here: Machine = machine;
