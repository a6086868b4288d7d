import { activityResolutionMs } from '../functions/chat/model.ts';
import type { Bundle } from './bundles.ts';
import { assumed } from './prices.ts';
import { clients, type Rate } from './rates.ts';
import type { Tally } from './tally.ts';

/** A row of the table of costs. */
export interface CostRow {
  readonly action: string;
  readonly when: string;
  readonly used: Tally;
  /** US$ */
  readonly perMillion: number;
}

/** What the report is made of. */
export interface Findings {
  readonly costs: readonly CostRow[];
  readonly peers: readonly CostRow[];
  /** US$ per million hours of being connected, without saying anything. */
  readonly silentHour: number;
  readonly bundles: readonly Bundle[];
  readonly rates: readonly Rate[];
}

/** The findings as Markdown. */
export function report({ costs, peers, silentHour, bundles, rates }: Findings): string {
  return [
    table(costHeader, [...costs, ...peers].map(costCells)),
    notes(silentHour),
    table(bundleHeader, bundles.map(bundleCells)),
    'Loaded by Node in a fresh process of the machine that ran the bench, source maps on; median of five.',
    table(
      rateHeader,
      rates.map((rate) => rateCells(rate, rates[0])),
    ),
    `The local room, its clients and the echo shared one machine; ${clients} clients asked at once for the rate.`,
  ].join('\n\n');
}

const notes = (silentHour: number) =>
  `Counted on a warm room in which something has been said. *In a row*: DynamoDB requests that wait for one another, the others
run beside them. Messages: in and out, in units of 32 KB. A command adds one write unit if its speaker was silent for more
than ${activityResolutionMs / 1000} seconds. What login, logout and disconnect tell the others is the notice, in its own row.
A file's upload and download are between its client and S3; their requests are counted, its bytes are not: US$ 0.023 per GB and
month while it waits, US$ 0.09 per GB that leaves AWS.
A lost connection starts a sweeper run that waits for the end of the grace. That wait is not in the row: up to 30 s of 256 MB,
US$ 100 per million, and at most one for each grace, however many connections are lost in it.
The price takes a warm function to run ${assumed.perRun} ms, ${assumed.perRoundTrip} ms for each round trip in a row, ${assumed.perCall} ms of a vCPU for each call, and ${assumed.perHash} ms for each
password hashed, at the function's memory: fixed, so that the table does not depend on the machine. The log's bytes are in it. Free
tiers and storage are left out. An hour online in silence (connection minutes and heartbeats) is US$ ${silentHour.toFixed(2)} per million.
*simple-websockets-chat-app* is aws-samples' chat, counted by its code: one Scan and the posts. It stores nothing, so it
saves the reads and the write by which a broadcast here reaches those offline, in order, and not those who blocked its sender.`;

const costHeader = [
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

function costCells({ action, when, used, perMillion }: CostRow): string[] {
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
    perMillion.toFixed(2),
  ];
}

const connectionCalls = ({ posts, lookUps, closes }: Tally) =>
  listed([plural(posts, 'post'), plural(lookUps, 'look-up'), plural(closes, 'close')]);

const s3Calls = ({ s3Writes, s3Reads }: Tally) => listed([plural(s3Writes, 'write'), plural(s3Reads, 'read')]);

const listed = (parts: readonly string[]) => parts.filter((part) => part !== '').join(', ') || '0';

const plural = (count: number, what: string) => (count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`);

const bundleHeader = ['function', 'bundle', 'gzipped', 'loads in', 'largest parts'];

const kilobytes = (bytes: number) => `${Math.round(bytes / 1024)} KB`;

function bundleCells({ name, bytes, gzipped, loadMs, parts }: Bundle): string[] {
  const largest = parts.slice(0, 4).map((part) => `${part.name} ${kilobytes(part.bytes)}`);
  return [name, kilobytes(bytes), kilobytes(gzipped), `${Math.round(loadMs)} ms`, largest.join(', ')];
}

const rateHeader = ['on this machine', 'answered in', 'a second', 'share of the echo'];

function rateCells({ name, latencyMs, perSecond }: Rate, echo: Rate | undefined): string[] {
  const share = echo === undefined ? Number.NaN : (100 * perSecond) / echo.perSecond;
  return [name, `${latencyMs.toFixed(2)} ms`, String(Math.round(perSecond)), `${share.toFixed(1)} %`];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'));
  return [header, rule, ...rows].map(line).join('\n');
}

const begin = '<!-- bench -->';
const end = '<!-- /bench -->';

/**
 * Puts a report between a page's markers.
 * @throws Error if they are not there.
 */
export function putBetweenMarkers(page: string, text: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`there is no ${begin} … ${end} to write between`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}
