import type { SceneOptions } from './room.ts';

/** How often each race runs. A broken condition shows within these rounds; `npm run prove -- races` runs more. */
export const rounds = Number(process.env['RACE_ROUNDS'] ?? 6);

/** How long (ms) all rounds of one race may take. */
export const timeout = 120_000 + rounds * 500;

/** The room of the sessions' races. `npm run prove -- races --contention` has its DynamoDB behave as under load. */
export const raceRoom: SceneOptions = process.env['RACE_CONTENTION'] ? { contention: {} } : {};
