/** The key of the Room table's one item. */
export const roomKey = { room: 'room' } as const;

/** Where the Room table keeps the administrator's long task, if there is one. */
export const taskKey = { room: 'task' } as const;

/** The item of the Room table that counts notices until they are posted. */
export const noticesKey = { room: 'notices' } as const;

/** The one partition of the index of those who were seen: it is read by a range of time, never whole. */
export const seenPartition = 'seen';

/** The one partition of the index of files by the time when something is to be done with them: likewise. */
export const duePartition = 'due';

/**
 * One partition holds everybody present. It is enough: N online are N/16 read units (250 bytes each), so that posting to
 * them uses up API Gateway's 10,000 posts a second long before reading them uses up the partition's 3,000 units.
 */
export const presenceShard = 0;

/** The partition of the Presence table that holds the seats of ended sessions, until the count has gone down. */
export const leavingShard = 1;

/** Where somebody's presence stands. */
export const presenceKey = (name: string) => ({ shard: presenceShard, name });
