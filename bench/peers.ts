import type { Tally } from './tally.ts';

/** Bytes of a connection's item in aws-samples/simple-websockets-chat-app: the attribute's name and a connection id. */
const itemBytes = 'connectionId'.length + 'PJqB0fHsqRcCHlw='.length;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
const readUnitBytes = 4 * 1024;

/** MB, in its template. */
export const sampleMemory = 256;

/**
 * The usage of a broadcast in aws-samples/simple-websockets-chat-app, according to its code: one eventually consistent
 * Scan of the connections and a post to each. It sends no reply and stores nothing.
 */
export function sampleBroadcast(online: number): Tally {
  return {
    requests: 1,
    inARow: 1,
    readUnits: Math.ceil((online * itemBytes) / readUnitBytes) / 2,
    writeUnits: 0,
    messages: 1 + online,
    posts: online,
    lookUps: 0,
    closes: 0,
    logBytes: 0,
    s3Writes: 0,
    s3Reads: 0,
    runs: [{ function: 'sendmessage', sdkCalls: 1 + online, posts: 0, inARow: 2 }],
  };
}
