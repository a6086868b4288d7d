import { readFileSync } from 'node:fs';
import { longIntervalMs, noticePostsPerSecond } from '../../functions/chat/notices.ts';
import { questionEveryMs, questionsInARow } from '../../functions/chat/take-over.ts';
import { mostAnnounced, turnoverWindowMs } from '../../functions/chat/turnover.ts';
import type { RoomConfig } from '../../infra/config.ts';
import { functions, routes } from '../../infra/functions.ts';
import { defaultSettings } from '../../protocol/admin/index.ts';
import { commands, isAction } from '../../protocol/index.ts';
import { reportOn } from '../part.ts';
import { gigabyteSecondPerMillion, pagePerMillion, postPerMillion, prices } from '../prices.ts';

type Throttling = RoomConfig['throttling'];
type Throttle = Throttling['stage'];

/** The table of docs/cost.md. */
export interface CostTable {
  has(row: string): boolean;
  /** US$ per million of the action in this row. */
  usd(row: string): number;
}

export function costTable(page = readFileSync('docs/cost.md', 'utf8')): CostTable {
  const cells = reportOn(page, 'cost')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const perMillion = new Map(cells.map((row) => [row[1], Number(row.at(-2))]));
  return {
    has: (row) => perMillion.has(row),
    usd(row) {
      const found = perMillion.get(row);
      if (found !== undefined && !Number.isNaN(found)) return found;
      throw new Error(`docs/cost.md has no row "${row}". Run npm run bench -- cost --write`);
    },
  };
}

const million = 1_000_000;
const perMillion = (price: number) => price * million;

/** A frame of 128 KB is metered as four messages; the rows of the table count one. */
const oversized = perMillion(3 * prices.message);

/** A text of 4 KB adds four write units to a message. */
const longText = perMillion(4 * prices.writeUnit);

/** A page of long messages: 202 read units, and a reply of 128 KB, which is metered as four messages. */
const fullPage = perMillion(202 * prices.readUnit + 3 * prices.message);

/** The most that `history` with a name reads of the other user's inbox: 1 MB, at half the price. */
const fullInbox = perMillion(128 * prices.readUnit);

/** The price, per million, of a wait: for the first sending of a request, or for another client's answer. */
const waiting = (seconds: number, megabytes: number) => seconds * gigabyteSecondPerMillion * (megabytes / 1024);

/** The worst case of one request of a route: rows of the cost table, and US$ per million that no row includes. */
interface Worst {
  readonly rows: readonly string[];
  readonly more?: number;
}

/**
 * The worst of each route, in a room with 100 users online. A command that is not here costs what its own row says. The
 * frames of a guest cost less: no handler runs.
 */
const worst: Readonly<Record<string, Worst>> = {
  // A connection ends once. One that logged in ends as `login` and `resume` say.
  $connect: { rows: ['connect', 'disconnect: guest'], more: perMillion(prices.connectionMinute) },
  // The real event is priced with `$connect`. All others are frames that name this route.
  $disconnect: { rows: ['refused'] },
  $default: { rows: ['refused'] },
  // The session may end without a logout.
  login: { rows: ['login', 'disconnect: lost'] },
  resume: { rows: ['resume', 'disconnect: lost'] },
  message: { rows: ['message: recipient online'], more: longText + waiting(1, 1024) },
  broadcast: { rows: ['broadcast: 100 online'], more: longText + waiting(1, 1024) },
  sync: { rows: ['sync: 10 messages'], more: fullPage },
  history: { rows: ['history: 10 messages to one user'], more: fullPage + fullInbox },
  // Each file arrives once, and ends once.
  file: { rows: ['file: announced', 'file: uploaded, recipient online', 'filedone'] },
  fileget: { rows: ['fileget: and downloaded'] },
  whoelse: { rows: ['whoelse: 100 online'] },
  wholasthr: { rows: ['wholasthr: 100 online'], more: fullPage },
};

/** The dearest refusals of guests' commands that need an account. */
const withoutAccount: Readonly<Record<string, string>> = {
  login: 'refused: wrong password',
  deregister: 'refused: wrong password',
  resume: 'refused: unknown user',
};

/**
 * The most that a frame costs, in US$ per million, if its sender has no account. It runs no handler of a member's
 * command.
 */
export function guestPerMillion(route: string, costs: CostTable): number {
  const isMembers = isAction(route) && route !== 'ping' && commands[route].who === 'member';
  const refused = isMembers ? 'refused' : withoutAccount[route];
  return refused === undefined ? worstPerMillion(route, costs) : costs.usd(refused) + oversized;
}

/**
 * What one request of a route costs at most, in US$ per million.
 * @param maxCon The number of users online. The cost of a row with 100 users online grows at most in proportion to it.
 */
export function worstPerMillion(route: string, costs: CostTable, maxCon = defaultSettings.maxCon): number {
  const { rows, more = 0 } = worst[route] ?? { rows: [costs.has(route) ? route : `${route}: 100 online`] };
  const inFrame = route === '$connect' ? 0 : oversized;
  const crowd = (name: string) => (name.endsWith(': 100 online') ? maxCon / 100 : 1);
  return rows.reduce((sum, name) => sum + costs.usd(name) * crowd(name), 0) + more + inFrame;
}

/** The most bytes of a response for the web page. A test checks the built files against it. */
export const largestPageResponse = 80_000;

/** What a request for the web page costs at most, in US$ per million. */
export const pageWorstPerMillion = pagePerMillion(largestPageResponse, functions.page.memory);

const day = 86_400;

/** A throttle's requests in a day: the burst once, and the rate all the time. */
const perDay = ({ rate, burst }: Throttle) => burst + rate * day;

export function throttleOf(throttling: Throttling, route: string): Throttle {
  return Object.entries(throttling.routes).find(([key]) => key === route)?.[1] ?? throttling.stage;
}

/** The price, in US$ a day, of this many requests a second. */
export const usdPerDay = (perSecond: number, usdPerMillion: number): number =>
  (perSecond * day * usdPerMillion) / million;

export interface CeilingLine {
  readonly what: string;
  readonly limit: string;
  readonly usdPerDay: number;
}

/** The cost of the stage in a day in which every route is used without a pause, up to its throttle. */
export function ceiling(
  throttling: Throttling,
  costs: CostTable,
  maxCon: number = defaultSettings.maxCon,
): CeilingLine[] {
  return [
    ...[...routes.keys()].map((route) => {
      const throttle = throttleOf(throttling, route);
      const usdPerDay = (perDay(throttle) * worstPerMillion(route, costs, maxCon)) / million;
      return { what: `\`${route}\``, limit: `${throttle.rate}/s, burst ${throttle.burst}`, usdPerDay };
    }),
    ...besideRoutes(throttling, costs, maxCon),
  ];
}

/** Costs that do not belong to single requests. */
function besideRoutes(throttling: Throttling, costs: CostTable, maxCon: number): CeilingLine[] {
  const login = throttleOf(throttling, 'login');
  // Each login and each end of a session is announced to all, by name or together with others.
  const noticesPerSecond = mostAnnounced / (turnoverWindowMs / 1000) + 1000 / longIntervalMs;
  const told = Math.min(2 * perDay(login) * maxCon, noticesPerSecond * day * maxCon, noticePostsPerSecond * day);
  const questions = perDay({ rate: 1000 / questionEveryMs, burst: questionsInARow });
  const asleep = (megabytes: number, atOnce: number) => (atOnce * waiting(day, megabytes)) / million;
  const awake = asleep(functions.sweeper.memory, 1.5) + asleep(functions.notices.memory, 1);
  const everyMinute = ((costs.usd('sweep: 100 online') * maxCon) / 100 + costs.usd('tidying: nothing due')) * 1440;
  const open = maxCon + throttleOf(throttling, '$connect').rate * 60;
  return [
    {
      what: 'the web page and its files',
      limit: `${throttling.page.rate}/s, burst ${throttling.page.burst}`,
      usdPerDay: (perDay(throttling.page) * pageWorstPerMillion) / million,
    },
    { what: 'logins and logouts told to all', limit: `${maxCon} online`, usdPerDay: (told * postPerMillion) / million },
    {
      what: 'logins that wait for the answer of another client',
      limit: `${questionsInARow}, and one in ${questionEveryMs / 1000} s`,
      usdPerDay: (questions * waiting(3, functions.account.memory)) / million,
    },
    { what: 'functions that wait or run every minute', limit: 'all day', usdPerDay: awake + everyMinute / million },
    {
      what: 'connection minutes',
      limit: `${maxCon} users, and guests for a minute`,
      usdPerDay: open * 1440 * prices.connectionMinute,
    },
  ];
}

export const sumOf = (lines: readonly CeilingLine[]): number =>
  lines.reduce((sum, { usdPerDay }) => sum + usdPerDay, 0);

/** Throttles for a room of another size: each rate and burst times a factor. API Gateway takes no burst above 5,000. */
export function scaled({ stage, routes: single, page }: Throttling, factor: number): Throttling {
  const times = ({ rate, burst }: Throttle) => ({ rate: rate * factor, burst: Math.min(5_000, burst * factor) });
  return {
    stage: times(stage),
    page: times(page),
    routes: Object.fromEntries(Object.entries(single).map(([route, throttle]) => [route, times(throttle)])),
  };
}
