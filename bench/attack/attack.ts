import { mostRefusedOfGuests } from '../../functions/chat/rate-limiter.ts';
import { strangersPerAddress } from '../../functions/chat/stranger-tries.ts';
import { contextOfCdkJson, parseConfig } from '../../infra/config.ts';
import { routes } from '../../infra/functions.ts';
import { defaultSettings } from '../../protocol/admin/index.ts';
import { floodConnects } from '../../protocol/index.ts';
import { table } from '../part.ts';
import {
  type CostTable,
  ceiling,
  costTable,
  guestPerMillion,
  pageWorstPerMillion,
  scaled,
  sumOf,
  throttleOf,
  usdPerDay,
  worstPerMillion,
} from './ceiling.ts';

/** A row of the table. */
export interface Attack {
  readonly what: string;
  readonly by: string;
  readonly limit: string;
  readonly usdPerDay: number;
}

const { throttling } = parseConfig(contextOfCdkJson()['config']);

/** What attackers can do, and what it costs in a day in which they do it all the time. */
export function attacks(costs = costTable()): Attack[] {
  const everyGuest = [...routes.keys()].map((route) =>
    usdPerDay(throttleOf(throttling, route).rate, guestPerMillion(route, costs)),
  );
  const page = usdPerDay(throttling.page.rate, pageWorstPerMillion);
  return [
    {
      what: 'use every route without a pause, in the dearest way',
      by: 'any number of machines and accounts',
      limit: 'throttles',
      usdPerDay: sumOf(ceiling(throttling, costs)),
    },
    {
      what: 'send every frame, and every request for the web page, that the throttles let through',
      by: 'any number of machines without an account',
      limit: 'throttles',
      usdPerDay: everyGuest.reduce((sum, usd) => sum + usd, page),
    },
    {
      what: 'connect, send and flood as fast as the limits of an address allow, and use up `$connect`, `ping` and the web page',
      by: 'one address without an account',
      limit: `${guestsPerAddress} guests, ${connectsPerAddress} connects in ten minutes`,
      usdPerDay: oneAddress(costs) + page,
    },
    ...(['message', 'broadcast', 'sync'] as const).map((route) => {
      const rate = Math.min(defaultSettings.floodRate, throttleOf(throttling, route).rate);
      return {
        what: `send \`${route}\` without a pause, in the dearest way`,
        by: 'one account',
        limit: `${rate} a second`,
        usdPerDay: usdPerDay(rate, worstPerMillion(route, costs)),
      };
    }),
  ];
}

const { guestsPerAddress, connectsPerAddress } = defaultSettings;

/** The window (seconds) in which the connects of an address are counted. */
const window = 600;

/**
 * In each window, the address uses up its connects. A connection counts as one, a frame that the rate limit accepts and
 * the room refuses as at least one more, and a flood as several. Then the room closes the address's guests. Until then
 * they send as many frames above the rate limit as do not close them. Frames that are on their way when the room closes a
 * connection are not included. Upgrades that the room refuses cost a run of `$connect`, up to its throttle.
 */
function oneAddress(costs: CostTable): number {
  const connects = connectsPerAddress / window;
  const flooding = connects / floodConnects + guestsPerAddress / window;
  // A message above 32 KB takes half of the burst, so it is not the dearest.
  return (
    usdPerDay(connects, costs.usd('refused: unknown user')) +
    usdPerDay(connects + flooding * mostRefusedOfGuests, guestPerMillion('$default', costs)) +
    usdPerDay(strangersPerAddress / 3600, costs.usd('refused: wrong password')) +
    usdPerDay(connects, worstPerMillion('$connect', costs)) +
    usdPerDay(throttleOf(throttling, '$connect').rate - connects, costs.usd('connect')) +
    usdPerDay(throttleOf(throttling, 'ping').rate, worstPerMillion('ping', costs))
  );
}

const dollars = (usd: number) => usd.toFixed(2);

/** The tables of docs/security.md. Nothing is measured. */
export function attackReport(costs = costTable()): string {
  return [
    table(
      ['attack', 'by', 'limit', 'US$ a day'],
      attacks(costs).map(({ what, by, limit, usdPerDay }) => [what, by, limit, dollars(usdPerDay)]),
    ),
    'A larger room needs higher throttles. Multiply each rate and burst by the same factor as MaxCon.\n' +
      'Then each user can do as much as before, and the first row rises:',
    table(
      ['MaxCon', 'times', 'US$ a day'],
      [1, 2, 5, 10].map((factor) => {
        const maxCon = factor * defaultSettings.maxCon;
        return [`${maxCon}`, `${factor}`, dollars(sumOf(ceiling(scaled(throttling, factor), costs, maxCon)))];
      }),
    ),
    'In a room with MaxCon 100, the first row is the sum of these:',
    table(
      ['what', 'limit', 'US$ a day'],
      ceiling(throttling, costs).map(({ what, limit, usdPerDay }) => [what, limit, dollars(usdPerDay)]),
    ),
  ].join('\n\n');
}
