import { defaultTiming } from '../client/room/timing.ts';
import { activityResolutionMs } from '../functions/chat/model.ts';
import { actions } from '../protocol/index.ts';
import { type Counting, countActions, type Sizes } from './actions.ts';
import { type Part, table } from './part.ts';
import { sampleBroadcast, sampleMemory } from './peers.ts';
import { assumed, pricePerMillion, silentHourPerMillion } from './prices.ts';
import { Stage } from './stage.ts';
import { type Tally, tally } from './tally.ts';

/** The numbers of users in the page's table. The sweeper skips sessions younger than five seconds. */
export const sizes: Sizes = { few: 10, many: 100, registered: 2000, beforeSweep: 5_000 };

/** A row of the table of costs. */
export interface CostRow {
  readonly action: string;
  readonly when: string;
  readonly used: Tally;
  /** US$ */
  readonly perMillion: number;
}

export const cost: Part = {
  summary: 'DynamoDB requests and units, messages, posts and US$ of each action, counted',
  page: 'docs/cost.md',
  async run() {
    const stage = await Stage.open();
    try {
      return costReport(costRows(await countActions(stage, sizes), stage.memoryOf));
    } finally {
      await stage.close();
    }
  },
};

/** Computes the prices of the counted actions. */
export function costRows(counted: readonly Counting[], memoryOf: (logicalId: string) => number): CostRow[] {
  const order = ['connect', ...actions, 'refused', 'disconnect', 'notice', 'sweep', 'tidying'];
  const rank = ({ action }: Counting) => order.indexOf(action);
  return counted
    .toSorted((one, other) => rank(one) - rank(other))
    .map(({ action, when, entries, hashes }) => {
      const used = tally(entries);
      return { action, when, used, perMillion: pricePerMillion(used, { hashes, memoryOf }) };
    });
}

export function costReport(rows: readonly CostRow[]): string {
  return [table(header, [...rows, ...[sizes.few, sizes.many].map(sampleRow)].map(cells)), notes].join('\n\n');
}

function sampleRow(online: number): CostRow {
  const used = sampleBroadcast(online);
  const perMillion = pricePerMillion(used, { hashes: 0, memoryOf: () => sampleMemory });
  return { action: '*simple-websockets-chat-app*', when: `broadcast, ${online} online`, used, perMillion };
}

const dollars = (perMillion: number) => perMillion.toFixed(2);

export const notes = `Prices are those of us-east-1 in 2026-11, without free tiers and storage.

- *In a row*: DynamoDB requests that wait for one another. The others run in parallel with them.
- *Messages*: WebSocket messages in and out, in units of 32 KB.
- A command adds one write unit if its sender was silent for more than ${activityResolutionMs / 1000} seconds.
- *refused*: a frame of a connection that has not logged in: no command, or a login that fails.
- *notice*: what the other users are told of a login, logout or disconnect. It is not part of those rows.
- A file's bytes travel between the client and S3. The requests are counted, the bytes are not: US$ 0.023 per GB and month while the file
  waits, US$ 0.09 per GB that leaves AWS.
- A lost connection starts a sweeper run that waits for the end of the grace period: up to 30 s of 256 MB, US$ 100 per million. There is at
  most one such run per grace period, however many connections are lost in it. It is not part of the row.
- Lambda's duration is assumed, so that the table does not depend on the machine: ${assumed.perRun} ms per run, ${assumed.perRoundTrip} ms per round trip in a row,
  ${assumed.perCall} ms of a vCPU per call of the SDK, ${assumed.perPost} ms per post, ${assumed.perHash} ms per hashed password, at the function's memory. The log's bytes are included.
- An hour online in silence (connection minutes and heartbeats) is US$ ${dollars(silentHourPerMillion(defaultTiming, 'answered'))} per million if API Gateway answers
  WebSocket ping frames, and US$ ${dollars(silentHourPerMillion(defaultTiming, 'unanswered'))} if it does not (docs/decisions/0092).
- *simple-websockets-chat-app* is the chat of aws-samples, counted by its code: one Scan and the posts. It stores nothing, so users who are
  offline miss messages, messages may arrive in any order, and nobody can block a sender.`;

const header = [
  'action',
  'DynamoDB requests',
  'in a row',
  'read units',
  'write units',
  'messages',
  '@connections',
  'S3',
  'Lambda runs',
  'US$ per million',
];

/** The columns that need delayed DynamoDB calls, or depend on such a column. A fast count cannot compute them. */
export const delayedColumns = [header.indexOf('in a row'), header.indexOf('US$ per million')];

export function cells({ action, when, used, perMillion }: CostRow): string[] {
  return [
    when === '' ? action : `${action}: ${when}`,
    String(used.requests),
    String(used.inARow),
    String(used.readUnits),
    String(used.writeUnits),
    String(used.messages),
    connectionCalls(used),
    s3Calls(used),
    String(used.runs.length),
    dollars(perMillion),
  ];
}

const connectionCalls = ({ posts, lookUps, closes }: Tally) =>
  listed([plural(posts, 'post'), plural(lookUps, 'look-up'), plural(closes, 'close')]);

const s3Calls = ({ s3Writes, s3Reads }: Tally) => listed([plural(s3Writes, 'write'), plural(s3Reads, 'read')]);

const listed = (parts: readonly string[]) => parts.filter((part) => part !== '').join(', ') || '0';

const plural = (count: number, what: string) => (count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`);
