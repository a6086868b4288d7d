import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { defaultTiming } from '../client/room/timing.ts';
import { actions } from '../protocol/index.ts';
import { endInOrder } from '../test/harness/ending.ts';
import { type Counting, countActions } from './actions.ts';
import { readBundles } from './bundles.ts';
import { sampleBroadcast, sampleMemory } from './peers.ts';
import { pricePerMillion, silentHourPerMillion } from './prices.ts';
import { measureRates } from './rates.ts';
import { type CostRow, putBetweenMarkers, report } from './report.ts';
import { Stage } from './stage.ts';
import { tally } from './tally.ts';

/** Prints what an action costs and how fast it is; with --write, puts it into README.md. */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

endInOrder();
const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const page = 'README.md';
// The sweeper does not look for sessions younger than five seconds.
const sizes = { few: 10, many: 100, registered: 2000, beforeSweep: 5_000 };

// First, while they are what has just been built.
const bundles = await readBundles();
const text = report({
  ...(await inRoom(countCosts)),
  peers: [sizes.few, sizes.many].map(peerRow),
  silentHour: silentHourPerMillion(defaultTiming.ping),
  bundles,
  rates: await inRoom(measureRates),
});
console.log(text);
if (values.write) await writeFile(page, putBetweenMarkers(await readFile(page, 'utf8'), text));

async function inRoom<T>(act: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await Stage.open();
  try {
    return await act(stage);
  } finally {
    await stage.close();
  }
}

async function countCosts(stage: Stage): Promise<{ costs: CostRow[] }> {
  const memory = new Map(stage.room.local.stack.functions.map(({ logicalId, memoryMb }) => [logicalId, memoryMb]));
  const memoryOf = (logicalId: string) => memory.get(logicalId) ?? Number.NaN;
  const row = ({ action, when, entries, hashes }: Counting): CostRow => {
    const used = tally(entries);
    return { action, when, used, perMillion: pricePerMillion(used, { hashes, memoryOf }) };
  };
  const counted = await countActions(stage, sizes);
  return { costs: counted.toSorted((one, other) => order(one) - order(other)).map(row) };
}

/** As somebody comes across the actions: from connecting to what follows when they have left. */
function order({ action }: Counting): number {
  return ['connect', ...actions, 'disconnect', 'notice of a login', 'sweep', 'tidying'].indexOf(action);
}

function peerRow(online: number): CostRow {
  const used = sampleBroadcast(online);
  const perMillion = pricePerMillion(used, { hashes: 0, memoryOf: () => sampleMemory });
  return { action: '*simple-websockets-chat-app*', when: `broadcast, ${online} online`, used, perMillion };
}
