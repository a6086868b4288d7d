import { type Bundle, readBundles } from './bundles.ts';
import { type Part, table } from './part.ts';
import { clients, measureRates, type Rate } from './rates.ts';
import { Stage } from './stage.ts';
import { measureStartUp } from './start-up.ts';

export const overhead: Part = {
  summary: "the bundles' size and load time; the client's start; latency, rate and CPU of commands in the local room",
  page: 'docs/cost.md',
  async run() {
    const bundles = await readBundles();
    const { nothing, client } = await measureStartUp();
    const stage = await Stage.open();
    try {
      const rates = await measureRates(stage);
      return [
        table(['function', 'bundle', 'gzipped', 'loads in', 'largest parts'], bundles.map(bundleCells)),
        'Loaded by Node in a fresh process, source maps on; the median of five.',
        table(
          ['local room', 'latency', 'per second', 'of the echo', 'CPU each'],
          rates.map((rate) => rateCells(rate, rates[0])),
        ),
        `The room, its clients and the echo server shared one machine. ${clients} clients asked at once for the rate and the CPU time.`,
        `The terminal client is at its prompt ${client.toFixed(0)} ms after its start; \`node -e 0\` takes ${nothing.toFixed(0)} ms.`,
      ].join('\n\n');
    } finally {
      await stage.close();
    }
  },
};

const kilobytes = (bytes: number) => `${Math.round(bytes / 1024)} KB`;

function bundleCells({ name, bytes, gzipped, loadMs, parts }: Bundle): string[] {
  const largest = parts.slice(0, 4).map((part) => `${part.name} ${kilobytes(part.bytes)}`);
  return [name, kilobytes(bytes), kilobytes(gzipped), `${Math.round(loadMs)} ms`, largest.join(', ')];
}

function rateCells({ name, latencyMs, perSecond, cpuMs }: Rate, echo: Rate | undefined): string[] {
  const share = echo === undefined ? Number.NaN : (100 * perSecond) / echo.perSecond;
  return [name, `${latencyMs.toFixed(2)} ms`, perSecond.toFixed(0), `${share.toFixed(1)} %`, `${cpuMs.toFixed(2)} ms`];
}
