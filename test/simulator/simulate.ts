import { Administrator } from './administrator.ts';
import { judgeCalmDay, nothingHeldBack } from './calm-checks.ts';
import { judge } from './checks.ts';
import type { CarriedOut } from './database.ts';
import { Ageing, deleteExpired } from './expiry.ts';
import { filesSettle } from './files.ts';
import { habitsOf, habitsWithout, type Role } from './habits.ts';
import { Newcomers } from './newcomers.ts';
import { OddUser } from './odd-user.ts';
import type { Programs } from './program.ts';
import { judgeBackup } from './restored.ts';
import { startSchedules } from './schedules.ts';
import { User } from './user.ts';
import { type Fault, isAnswered, withoutFaults } from './weather.ts';
import { World } from './world.ts';

/** The users' names. A day has two of them at least, and on most days five at most. */
export const userNames = ['ann', 'bob', 'cy', 'dee', 'eve', 'fay', 'gus', 'hal', 'ida', 'joe', 'kim', 'lea'];

/** How long (virtual ms) the room has to become quiet after the day. */
const evening = 30 * 60_000;

export interface Outcome {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly hash: string;
  readonly steps: number;
  readonly trace: readonly string[];
  readonly world: World;
}

/** What is left of a seed's day, when it is made smaller. */
export interface Plan {
  /** The most users. */
  readonly users?: number;
  /** How long (virtual ms) they come and go. */
  readonly day?: number;
  /** What there is not. */
  readonly without?: readonly (Fault | Role)[];
}

export interface SimulationOptions {
  readonly trace?: boolean;
  readonly onCall?: (call: CarriedOut) => void;
  readonly plan?: Plan;
}

/** Plays the simulation of a seed. */
export async function simulate(
  seed: number,
  programs: Programs,
  { trace = false, onCall, plan = {} }: SimulationOptions = {},
): Promise<Outcome> {
  const world = new World(seed, programs, trace);
  world.database.onCarriedOut = onCall;
  const { scheduler } = world;
  const most = scheduler.random.chance(0.04) ? 12 : 5;
  const names = userNames.slice(0, Math.min(plan.users ?? most, 2 + scheduler.random.below(most - 1)));
  const without = plan.without ?? [];
  const habits = habitsWithout(habitsOf(scheduler.random), without);
  const users = names.map((name) => new User(world, name, names, habits));
  const maxCon = 1 + scheduler.random.below(6);
  const timeOut = scheduler.random.pick([20, 60, 1800]);
  const settings = {
    open: true,
    maxCon,
    blockTime: 60,
    lastHour: 3600,
    timeOut,
    grace: 10,
    online: 0,
    logins: 0,
    nameReservation: 0,
    ...habits.fileQuotas,
    registration: habits.hasInvitations ? 'invite' : 'open',
  };
  world.database.put('room', { room: 'room', ...settings, bans: {} });
  const isFailed = () => world.violations.length > 0;

  startSchedules(world, habits.hasFiles);
  deleteExpired(world);
  const weather = withoutFaults(world.weather, without);
  world.history.shortestTimeOut = timeOut;
  world.history.hasOneProgramEach = habits.programs === 1 && !habits.hasOddUser;
  world.clearUp();
  const oddUser = new OddUser(world, names);
  const doorkeeper = new Administrator(world, []);
  world.history.fileQuotas = habits.fileQuotas;
  world.history.invitations.areRequired = habits.hasInvitations;
  if (habits.hasInvitations) await world.finish('the first invitation', doorkeeper.makeInvitation(200), evening);
  const registered = Promise.all([oddUser.register(), ...users.map((user) => user.register())]);
  await world.finish('the registrations', registered, evening);
  scheduler.note(`the weather: ${JSON.stringify(weather)}, the habits: ${JSON.stringify(habits)}`);
  world.weather = weather;
  cutConnections(world, names.length);
  const day = plan.day ?? habits.day;
  const endsAt = scheduler.now + day;
  const hasAdministrator = scheduler.random.chance(0.3) && !without.includes('administrator');
  world.history.hasAdministrator = hasAdministrator;
  // A slow transaction of an administrator on the Room item holds up the count, and the sweeper repairs it.
  world.history.isCalmDay = weather.isCalm && !(hasAdministrator && weather.slow > 0);
  world.history.isPerfectDay = weather.isCalm && weather.slow === 0;
  const worker = new Administrator(world, names);
  const administrator = hasAdministrator
    ? [worker.work(endsAt, habits.hasBackup)]
    : habits.hasBackup
      ? [worker.backUpOnce(endsAt)]
      : [];
  const newcomers = habits.hasInvitations ? [doorkeeper.invite(endsAt), new Newcomers(world).work(endsAt)] : [];
  const ageing = habits.hasExpiry ? [new Ageing(world).work(endsAt)] : [];
  const odd = habits.hasOddUser ? [oddUser.work(endsAt)] : [];
  const programsAtOnce = users.flatMap((user) =>
    Array.from({ length: habits.programs }, (_, i) => user.live(endsAt, i === 0)),
  );
  const lives = Promise.all([...administrator, ...ageing, ...odd, ...newcomers, ...programsAtOnce]);
  await world.finish('the day', lives, day + evening);
  world.clearUp();
  await world.ends('a function', () => world.lambda.running === 0 && scheduler.now > endsAt, evening);
  if (world.history.isCalmDay && !isFailed()) judgeCalmDay(world, weather);
  if (isAnswered(weather) && !isFailed()) nothingHeldBack(world, weather);
  await world.until(() => false, habits.hasFiles ? filesSettle : 200_000);
  if (!isFailed()) await judge(world, users);
  if (world.history.backup && !isFailed()) await judgeBackup(world, world.history.backup, { weather, habits });
  return {
    ...{ seed, violations: world.violations, hash: scheduler.hash, steps: scheduler.steps },
    ...{ trace: scheduler.trace ?? [], world },
  };
}

/** Breaks the network of random connections. */
function cutConnections(world: World, users: number): void {
  const { perMinute, silent } = world.weather.cuts;
  if (perMinute === 0) return;
  const { random } = world.scheduler;
  world.scheduler.after(-Math.log(1 - random.next()) * (60_000 / (perMinute * users)), () => {
    if (world.weather.cuts.perMinute === 0) return;
    random.pick(world.gateway.connections)?.cut(random.chance(silent));
    cutConnections(world, users);
  });
}
