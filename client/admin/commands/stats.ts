import { consoleCommand } from '../console-command.ts';
import { moment } from '../texts.ts';

const dollars = (usd: number) => `US$ ${usd.toFixed(usd < 0.1 ? 4 : 2)}`;

export const stats = consoleCommand('stats', {
  async run(desk) {
    const result = await desk.admin.ask('stats', {});
    const { online, users, messages, storedBytes, objectBytes, estimate } = result;
    desk.show(
      result,
      `[admin]Online: ${online}`,
      `[admin]Users: ${users}, messages: ${messages}, stored bytes: ${storedBytes ?? 'unknown'} (as DynamoDB counted them last, at most some six hours ago)`,
      `[admin]Files and backups: ${objectBytes} bytes`,
      `[admin]Estimated cost since ${moment(estimate.since)}: ${dollars(estimate.total)}`,
      ...estimate.parts.map(({ what, count, usd }) => `  ${count} ${what}: ${dollars(usd)}`),
      '[admin]An estimate: what was counted, times what it costs on average by the cost table. Messages are taken as if those stored had come evenly; free tiers, log, transfer and what is done with files are left out.',
    );
    return undefined;
  },
});
