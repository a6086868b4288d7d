import type { SceneRoom } from './room.ts';

/**
 * Runs a job step by step. Kills each step after one of these calls to S3 and before it stores its state, once, and
 * repeats it. Returns the last reply, and the number of killed steps.
 */
export async function playKilled(of: SceneRoom, asked: Record<string, unknown>, after = ['CompleteMultipartUpload']) {
  let made = false;
  const isAdmins = ({ function: name }: { function: string }) => name.startsWith('Admin');
  of.local.faults.beforeS3 = (call) => {
    if (isAdmins(call) && after.includes(call.operation)) made = true;
    return undefined;
  };
  let killed = 0;
  for (let next: unknown; ; ) {
    made = false;
    of.local.faults.beforeDynamoDb = (call) => (isAdmins(call) && made ? 'before' : undefined);
    const step = () => of.admin({ ...asked, ...(next !== undefined && { from: next }) });
    const reply = await step().catch(async (error: unknown) => {
      if (!made) throw error;
      killed += 1;
      of.local.faults.beforeDynamoDb = undefined;
      // Expire the lock of the killed step instead of waiting for it.
      await of.database.set('Room', { room: 'task' }, { busyUntil: 0 });
      return step();
    });
    if (reply['ok'] !== true || reply['next'] === undefined) {
      of.local.faults.reset();
      return { reply, killed };
    }
    next = reply['next'];
  }
}
