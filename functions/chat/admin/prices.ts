/**
 * What actions cost, in US$ per million, from the table that `npm run bench` counts; its test holds these against it.
 * Storage, and being connected, at AWS's own prices (us-east-1, 2026-11).
 */
export const perMillion = {
  /** connect, login and logout */
  visit: 36,
  /** somebody's coming and going, told to one other */
  notices: 2.2,
  /** with the recipient's `ack` */
  message: 7.6,
  broadcast: 4.1,
  /** for each who is online, with their `ack` */
  broadcastTo: 3.7,
  /** with its heartbeats */
  onlineHour: 159,
} as const;

/** US$ for a GB and a month, in DynamoDB and in S3. */
export const perGigabyte = { tables: 0.25, bucket: 0.023 } as const;
export const gigabyte = 2 ** 30;
