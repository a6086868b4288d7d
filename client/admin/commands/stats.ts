import { adminCommand } from '../console-command.ts';
import { moment } from '../texts.ts';

const dollars = (usd: number) => `US$ ${usd.toFixed(usd < 0.1 ? 4 : 2)}`;

export const stats = adminCommand('stats', {
  async run(context) {
    const result = await context.admin.ask('stats', {});
    const { online, users, messages, storedBytes, objectBytes, estimate } = result;
    context.show(
      result,
      `[admin] Online: ${online}`,
      `[admin] Users: ${users}, messages: ${messages}, stored bytes: ${storedBytes ?? 'unknown'} (DynamoDB updates these about every six hours)`,
      `[admin] Files and backups: ${objectBytes} bytes`,
      `[admin] Estimated cost since ${moment(estimate.since)}: ${dollars(estimate.total)}`,
      ...estimate.parts.map(({ what, count, usd }) => `  ${count} ${what}: ${dollars(usd)}`),
      '[admin] The estimate multiplies counts by the average costs of the cost table. It assumes that messages came evenly; free tiers, log, data transfer and file operations are not included.',
    );
    return undefined;
  },
});
