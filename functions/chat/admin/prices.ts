/**
 * The cost of actions in US$ per million, as `npm run bench` computes it; its test compares them. Storage and connection time at
 * AWS's prices (us-east-1, 2026-11).
 */
export const perMillion = {
  /** Connect, login and logout. */
  visit: 36,
  /** The login and logout events, per other user online. */
  notices: 2.2,
  /** Including the recipient's `ack`. */
  message: 8.2,
  broadcast: 4.1,
  /** Per user online, including the `ack`. */
  broadcastTo: 3.7,
  /** Including heartbeats, as if API Gateway left WebSocket ping frames unanswered. */
  onlineHour: 159,
} as const;

/** What a run of a function costs on average, without its posts, in US$ per million. */
export const perMillionRuns = { connection: 5.5, account: 25, chat: 5, files: 9, notices: 1 } as const;

/** What a post costs, in US$ per million. */
export const perMillionPosts = 1.04;

/** US$ per GB and month, in DynamoDB and in S3. */
export const perGigabyte = { tables: 0.25, bucket: 0.023 } as const;
export const gigabyte = 2 ** 30;
