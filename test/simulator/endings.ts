import type { Ending } from './client-entry.ts';
import type { Visit } from './history.ts';
import type { SimulatedProcess } from './process.ts';
import { isAnswered } from './weather.ts';
import type { World } from './world.ts';

/** The room notes a user's activity this much (ms) too early, and functions' clocks differ. */
const slack = 5_000;

/** Judges how a visit ended that its user did not end: there is a reason for it. */
export function judgeEnding(world: World, program: SimulatedProcess, visit: Visit, reason: Ending['reason']): void {
  const { history, scheduler, weather } = world;
  const { hasAdministrator, hasOneProgramEach, accounts, isCalmDay } = history;
  const wrong = (why: string) => world.violated(`${visit.program} has ended as ${reason}, and ${why}`);
  switch (reason) {
    case 'logout':
      return;
    case 'timeout':
      if (scheduler.now < visit.activeAt + history.shortestTimeOut * 1000 - slack) wrong('was active');
      return;
    case 'kicked':
      if (!hasAdministrator && !accounts.mayHaveLeft(visit.user)) wrong('nobody kicked it');
      return;
    case 'stop':
      if (!hasAdministrator) wrong('the room was not stopped');
      return;
    case 'replaced':
      // A login without a reply may take over late.
      if (hasOneProgramEach && isAnswered(weather)) wrong('there is no other program');
      history.gaveUp(program, visit.user);
      return;
    case 'lost':
      // On a day of several programs, another one may have changed the password.
      if (isCalmDay && hasOneProgramEach && !hasAdministrator) wrong('no connection was lost');
      history.gaveUp(program, visit.user);
      return;
    case 'failed':
      wrong('its user asked for nothing that fails');
  }
}
