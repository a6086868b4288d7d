import type { StreamMessage } from '../../protocol/index.ts';
import type { Sent, Visit } from './history.ts';
import type { World } from './world.ts';

/** How long (ms) something new may be missing in what a user reads: DynamoDB's cheap reads lag behind. */
export const lag = 1_000;

/** A page of a private conversation, as a program asked for it and got it. */
export interface ConversationPage {
  readonly whom: string;
  readonly askedAt: number;
  readonly messages: readonly StreamMessage[];
  readonly more: boolean;
}

/** A page has the reader's own messages to the account that has the name now, all and in order, and no other user's. */
export function checkConversation(world: World, visit: Visit, page: ConversationPage): void {
  const { user, program } = visit;
  const { whom, askedAt, messages, more } = page;
  const { accounts, expiry, sent: all } = world.history;
  const own = messages.filter((message) => message.event === 'message' && message.to !== undefined);
  const numbers = own.map(({ seq }) => seq);
  if (numbers.some((seq, i) => seq <= (numbers[i - 1] ?? 0)))
    world.violated(`${program} reads what it sent to ${whom} in the order ${numbers}`);
  const texts = new Set(own.map((message) => ('text' in message ? message.text : '')));
  const isOfOtherAccount = ({ sentAt, settledAt = sentAt }: Sent) =>
    accounts.isOther(user, settledAt, visit.askedAt) || accounts.isOther(whom, settledAt, askedAt);
  for (const text of texts) {
    const sent = all.find((one) => one.text === text);
    if (!sent || sent.from !== user || sent.to !== whom || sent.outcome === 'refused')
      world.violated(`${program} reads "${text}", and has not sent it to ${whom}`);
    else if (sent.outcome === 'acknowledged' && isOfOtherAccount(sent))
      world.violated(`${program} reads "${text}" of an earlier account`);
  }
  if (more) return;
  for (const { text, from, to, outcome, sentAt, settledAt = askedAt } of all) {
    if (from !== user || to !== whom || outcome !== 'acknowledged' || settledAt > askedAt - lag || texts.has(text))
      continue;
    if (!expiry.has(text) && accounts.isSameSince(user, sentAt) && accounts.isSameSince(whom, sentAt))
      world.violated(`${program} does not read "${text}", which it has sent to ${whom}`);
  }
}
