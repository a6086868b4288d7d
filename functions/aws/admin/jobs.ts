import * as v from 'valibot';
import type { Jobs } from '../../chat/backup/ports.ts';
import { parseStored } from '../../chat/parse-stored.ts';
import { deleteIf, getItem, putIf } from '../dynamodb.ts';
import { tableName } from '../environment.ts';
import { taskKey } from '../keys.ts';

const stored = v.object({
  id: v.string(),
  kind: v.string(),
  step: v.number(),
  version: v.string(),
  inHand: v.optional(v.boolean(), false),
  busyUntil: v.number(),
  state: v.string(),
});

const key = () => ({ TableName: tableName('room'), Key: taskKey });

/** The one job, in the Room table. */
export const jobs: Jobs = {
  async read() {
    const item = await getItem(key());
    if (!item) return undefined;
    const { state, ...job } = parseStored(stored, item);
    return { ...job, state: JSON.parse(state) as unknown };
  },

  async replace(before, after) {
    const guard = before
      ? { ConditionExpression: 'version = :before', ExpressionAttributeValues: { ':before': before.version } }
      : { ConditionExpression: 'attribute_not_exists(version)' };
    if (!after) {
      const outcome = await deleteIf({ ...key(), ...guard });
      // A retry after a lost response finds the item gone.
      return outcome.written || !outcome.item;
    }
    const Item = { ...taskKey, ...after, state: JSON.stringify(after.state) };
    const outcome = await putIf({ TableName: tableName('room'), Item, ...guard });
    // A retry after a lost response finds its own item.
    return outcome.written || outcome.item?.['version'] === after.version;
  },
};
