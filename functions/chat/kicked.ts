import * as v from 'valibot';

/** Stored with an account when an administrator ends its session. A `resume` with the session's token is refused with this reason. */
export const kicked = v.object({ tokenHash: v.string(), reason: v.string() });

export type Kicked = v.InferOutput<typeof kicked>;
