import { readFile } from 'node:fs/promises';
import { defaultTiming } from '../client/room/timing.ts';
import { largestRoomWithNotices, noticePostsPerSecond, smallRoom } from '../functions/chat/notices.ts';
import { type Part, reportOn, table } from './part.ts';
import { assumed, postPerMillion, silentHourPerMillion } from './prices.ts';

/** AWS quotas: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html and those of Lambda and DynamoDB. */
const quotas = {
  requests: { name: 'API Gateway requests', limit: 10_000 },
  connections: { name: 'new connections', limit: 500 },
  executions: { name: 'Lambda executions', limit: 1_000 },
  presenceReads: { name: 'reads of Presence', limit: 3_000 },
  roomWrites: { name: 'writes of a login', limit: 1_000 },
  streamWrites: { name: "writes of the room's stream", limit: 1_000 },
} as const;
type Quota = keyof typeof quotas;

/** The load in the morning, and in a month. */
const load = {
  /** Seconds in which all users log in. */
  arrival: 15 * 60,
  broadcastsPerSecond: 0.2,
  privatePerUserAndSecond: 0.5 / 60,
  days: 22,
  hoursPerDay: 8,
  privatePerUserAndDay: 100,
  broadcastsPerDay: 100,
};

const sizes = [10, 100, 1_000, 10_000, 100_000];

export const scaling: Part = {
  summary:
    'what binds first with 10 to 100,000 users online, and the cost per user, from the counted table of docs/cost.md',
  page: 'docs/scaling.md',
  run: async () => scalingReport(await readFile('docs/cost.md', 'utf8')),
};

interface Counts {
  readonly inARow: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly perMillion: number;
}

/** A row of the counted table. @throws Error if there is no row of that name. */
function countsOf(costPage: string): (name: string) => Counts {
  const rows = reportOn(costPage, 'cost')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return (name) => {
    const found = rows.find((row) => row[1] === name);
    if (found === undefined) throw new Error(`docs/cost.md has no row ${name}.`);
    const [, , , inARow, readUnits, writeUnits] = found;
    return {
      ...{ inARow: Number(inARow), readUnits: Number(readUnits), writeUnits: Number(writeUnits) },
      perMillion: Number(found.at(-2)),
    };
  };
}

/** @param costPage the text of docs/cost.md, which has the counts. */
export function scalingReport(costPage: string): string {
  const counts = countsOf(costPage);
  const names = Object.keys(quotas) as Quota[];
  const uses = (online: number) => useAt(online, counts);
  const first = (online: number) =>
    names.reduce((most, name) => (share(uses(online), name) > share(uses(online), most) ? name : most));
  const rows = sizes.map((online) => [
    online.toLocaleString('en'),
    ...names.map((name) => cell(uses(online), name)),
    quotas[first(online)].name,
    monthPerUser(online, counts).toFixed(2),
  ]);
  return [
    table(
      [
        'users online',
        ...names.map((name) => `${quotas[name].name} (of ${quotas[name].limit.toLocaleString('en')})`),
        'binds first',
        'US$ per user and month',
      ],
      rows,
    ),
    `Per second, except Lambda executions, which are concurrent. In bold: more than the quota. The load: all users log in within
${load.arrival / 60} minutes; the room has a broadcast every ${1 / load.broadcastsPerSecond} s; each user sends a private message every ${1 / load.privatePerUserAndSecond / 60} minutes and a heartbeat every ${defaultTiming.ping / 1000} s;
a client acknowledges what it has shown at most every ${defaultTiming.acknowledge / 1000} s. The cost: ${load.days} days of ${load.hoursPerDay} hours, ${load.privatePerUserAndDay} private messages per user and day, ${load.broadcastsPerDay} broadcasts to all
per day. Durations of functions are those of [cost.md](cost.md).`,
    table(
      ['quota', 'is reached with', 'then'],
      names.map((name) => [quotas[name].name, `${sizeAtQuota(name, counts)} users`, remedies[name]]),
    ),
  ].join('\n\n');
}

const remedies: Record<Quota, string> = {
  requests: 'raise the account quota; acknowledge less often (`acknowledge` in client/room/timing.ts); split the room',
  connections: 'raise the account quota; clients that are refused retry with backoff',
  executions: 'raise the concurrency quota; a new account has 10, which is too few for 20 users who log in at once',
  presenceReads: 'shard Presence over several partitions, or let the fan-out function cache it for a second',
  roomWrites: 'shard the count of users online; logins that conflict are retried',
  streamWrites: 'split the room: one stream has one order',
};

const share = (uses: Record<Quota, number>, name: Quota) => uses[name] / quotas[name].limit;

function cell(uses: Record<Quota, number>, name: Quota): string {
  const value = uses[name];
  const text = value >= 10 ? Math.round(value).toLocaleString('en') : value.toPrecision(2);
  return share(uses, name) > 1 ? `**${text}**` : text;
}

/** The peak use of each quota with this many users. */
function useAt(online: number, counts: (name: string) => Counts): Record<Quota, number> {
  const logins = online / load.arrival;
  const messages = online * load.privatePerUserAndSecond;
  const broadcasts = load.broadcastsPerSecond;
  const acks = online * Math.min(1000 / defaultTiming.acknowledge, broadcasts + load.privatePerUserAndSecond);
  const notices = noticePosts(online, logins);
  const posts = broadcasts * online + messages + notices;
  const pings = (online * 1000) / defaultTiming.ping;
  const busy = (name: string, more = 0) => (assumed.perRun + assumed.perRoundTrip * counts(name).inARow + more) / 1000;
  const presenceRead = broadcastReads(online, counts) - broadcastReads(0, counts);
  return {
    // Each login is a connection, a login and a sync.
    requests: 3 * logins + messages + broadcasts + acks + pings + posts,
    connections: logins,
    executions:
      logins * (busy('connect') + busy('login', assumed.perHash) + busy('sync: nothing new')) +
      messages * busy('message: recipient online', assumed.perRoundTrip) +
      acks * busy('ack') +
      broadcasts * busy('broadcast: 100 online', assumed.perRoundTrip + assumed.perPost * online),
    presenceReads: broadcasts * presenceRead + (online > smallRoom ? (notices / online) * presenceRead : logins),
    roomWrites: logins * counts('login').writeUnits,
    streamWrites: broadcasts * counts('broadcast: 100 online').writeUnits,
  };
}

function noticePosts(online: number, logins: number): number {
  if (online > largestRoomWithNotices) return 0;
  return online <= smallRoom ? logins * online : Math.min(noticePostsPerSecond, logins * online);
}

/** The read units of a broadcast: those of Presence grow with the number of users online. */
function broadcastReads(online: number, counts: (name: string) => Counts): number {
  const [few, many] = [counts('broadcast: 10 online').readUnits, counts('broadcast: 100 online').readUnits];
  return few + ((many - few) / 90) * (online - 10);
}

/** US$ */
function monthPerUser(online: number, counts: (name: string) => Counts): number {
  const price = (name: string) => counts(name).perMillion;
  const [few, many] = [price('broadcast: 10 online'), price('broadcast: 100 online')];
  const toAll = few + ((many - few) / 90) * (online - 10);
  const visits = load.days;
  const noticesOfDay = 2 * load.arrival * noticePosts(online, online / load.arrival);
  const perUser =
    visits * (price('connect') + price('login') + price('sync: nothing new') + price('logout')) +
    load.days * load.hoursPerDay * silentHourPerMillion(defaultTiming, 'unanswered') +
    load.days * load.privatePerUserAndDay * (price('message: recipient online') + price('ack')) +
    load.days * load.broadcastsPerDay * (toAll / online + price('ack')) +
    (load.days * noticesOfDay * postPerMillion) / online;
  return perUser / 1_000_000;
}

/** The number of users that reaches a quota, to two digits; `more than` the largest size if none does. */
function sizeAtQuota(name: Quota, counts: (name: string) => Counts): string {
  const most = 10 * Math.max(...sizes);
  let [below, above] = [1, most];
  if (share(useAt(most, counts), name) < 1) return `more than ${most.toLocaleString('en')}`;
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    if (share(useAt(middle, counts), name) < 1) below = middle;
    else above = middle;
  }
  return Number(below.toPrecision(2)).toLocaleString('en');
}
