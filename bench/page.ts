import { setTimeout as sleep } from 'node:timers/promises';
import { defaultTiming } from '../client/room/timing.ts';
import { functions } from '../infra/functions.ts';
import { hasBrowser, TestBrowser, type Visitor } from '../test/harness/browser.ts';
import { openRoom, type SceneRoom } from '../test/harness/room.ts';
import { type Part, table } from './part.ts';
import { pagePerMillion, silentHourPerMillion } from './prices.ts';

/** What a load of the web page took. */
export interface PageLoad {
  readonly what: string;
  readonly requests: number;
  readonly bytes: number;
  /** US$ */
  readonly perThousand: number;
}

export const page: Part = {
  summary: 'requests, bytes and US$ of a load of the web page, counted in Chromium',
  page: 'docs/cost.md',
  async run() {
    if (!hasBrowser) throw new Error('Chromium is not installed');
    return pageReport(await countLoads());
  },
};

/** The load is over when the browser sends no request for so long. */
const quietMs = 1_000;

/** Loads the page in Chromium: for the first time, and again with the same profile. Counts what the local room sends. */
export async function countLoads(): Promise<PageLoad[]> {
  const room = await openRoom();
  const browser = await TestBrowser.open();
  try {
    let visitor: Visitor | undefined;
    const first = await count(room, 'first load', async () => {
      visitor = await browser.visit(room.pageUrl);
      return visitor;
    });
    const again = await count(room, 'load of the same version again', async () => {
      await visitor?.page.reload();
      return visitor;
    });
    return [first, again];
  } finally {
    await browser.close();
    await room.close();
  }
}

async function count(room: SceneRoom, what: string, load: () => Promise<Visitor | undefined>): Promise<PageLoad> {
  const recording = room.local.calls.record();
  const visitor = await load();
  await visitor?.page.waitForLoadState('networkidle');
  // The service worker's requests do not belong to the page's load.
  for (let before = -1; before < recording.exchanges.length; await sleep(quietMs)) before = recording.exchanges.length;
  recording.stop();
  const { exchanges } = recording;
  const perMillion = exchanges.reduce((sum, { bytes }) => sum + pagePerMillion(bytes, functions.page.memory), 0);
  return {
    what,
    requests: exchanges.length,
    bytes: exchanges.reduce((sum, { bytes }) => sum + bytes, 0),
    perThousand: perMillion / 1000,
  };
}

export function pageReport(loads: readonly PageLoad[]): string {
  return [
    table(
      ['web page', 'requests', 'KB', 'US$ per thousand'],
      loads.map(({ what, requests, bytes, perThousand }) => [
        what,
        `${requests}`,
        (bytes / 1024).toFixed(1),
        perThousand.toFixed(4),
      ]),
    ),
    pageNotes,
  ].join('\n\n');
}

export const pageNotes = `A request is priced as one of an HTTP API and one run of the function \`page\`, and its bytes as leaving AWS. Then the page connects, as
the terminal client does. An hour online in silence is US$ ${silentHourPerMillion(defaultTiming, 'unanswered').toFixed(2)} per million: a browser cannot send ping frames, so its heartbeats
are the command \`ping\`.`;
