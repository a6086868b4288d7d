/** The key of the Room table's one item. */
export const roomKey = { room: 'room' } as const;

/** The key of the administrator's current job in the Room table. */
export const taskKey = { room: 'task' } as const;

/** The key of the Room table's item that counts notices until they are posted. */
export const noticesKey = { room: 'notices' } as const;

/** The key of the Room table's item that limits how many logins ask another client whether it is there. */
export const questionsKey = { room: 'questions' } as const;

/** The partition of the LoginBlocks table that holds the claims of names. No user's name begins so. */
export const namesPartition = '+names';

/** The partition of the LoginBlocks table that holds the invitations. No user's name begins so. */
export const invitationsPartition = '+invitations';

/** The only partition of the index of recently seen users. Queries read a range of times, never the whole partition. */
export const seenPartition = 'seen';

/** The only partition of the index of files by the time of their next action. Queries read a range of times. */
export const duePartition = 'due';

/**
 * One partition holds all sessions. Reading N sessions of 250 bytes takes N/16 read units. A broadcast to them reaches
 * API Gateway's quota of 10,000 posts a second long before the partition's 3,000 read units (docs/decisions/0006).
 */
export const presenceShard = 0;

/** The partition of the Presence table that holds the seats of ended sessions, until the count has gone down. */
export const leavingShard = 1;

/** The partition of the Presence table that counts the guests of each address. */
export const guestsShard = 2;

/** The key of a user's session in the Presence table. */
export const presenceKey = (name: string) => ({ shard: presenceShard, name });
