import * as v from 'valibot';
import { defaultSettings, deployedSettings, isSettingName, storedSettings } from '../../protocol/admin/settings.ts';
import { parseStored } from '../chat/parse-stored.ts';
import type { RoomState, State } from '../chat/ports.ts';
import { questionEveryMs, questionsInARow } from '../chat/take-over.ts';
import { minuteOf, monthOf } from '../chat/usage.ts';
import { getItem, type Item, putIf, settled, updateIf } from './dynamodb.ts';
import { isDeployedRoom, tableName } from './environment.ts';
import { questionsKey, roomKey } from './keys.ts';
import { roomItem } from './room-item.ts';

/** The Room item, as far as {@link roomState} reads it. */
export const storedState = v.object({
  ...storedSettings,
  online: v.number(),
  logins: v.number(),
  /** The room stream's last number while it has no counter. Written by a restore or an earlier version. */
  lastBroadcast: v.optional(v.number()),
  bans: v.optional(v.record(v.string(), v.number()), {}),
  sweepUntil: v.optional(v.number()),
  spent: v.optional(v.number()),
  closedFor: v.optional(v.literal('budget')),
  usage: v.optional(
    v.object({
      month: v.string(),
      minute: v.number(),
      onlineMinutes: v.number(),
      loginsBefore: v.number(),
      broadcastsBefore: v.number(),
      spentBefore: v.optional(v.number()),
      warnedOf: v.optional(v.string()),
    }),
  ),
});

const toState = (item: Item): State => parseStored(storedState, item);

async function get(): Promise<State | undefined> {
  const item = await getItem(roomItem());
  return item && toState(item);
}

const newItem = { ...(isDeployedRoom() ? deployedSettings : defaultSettings), online: 0, logins: 0 };
const newRoom = { ...newItem, bans: {} };

/** The condition that a setting has the value that the caller saw. A room older than the setting shows its default. */
function isAsSeen(name: string, i: number, seen: Readonly<Record<string, unknown>>): string[] {
  if (!isSettingName(name) || seen[name] === undefined) return [];
  return [
    seen[name] === defaultSettings[name] ? `(#n${i} = :s${i} OR attribute_not_exists(#n${i}))` : `#n${i} = :s${i}`,
  ];
}

export const roomState: RoomState = {
  async read() {
    return (await get()) ?? newRoom;
  },

  async readOrCreate() {
    const state = await get();
    if (state) return state;
    const outcome = await putIf({
      TableName: tableName('room'),
      Item: { ...roomKey, ...newItem },
      ConditionExpression: 'attribute_not_exists(room)',
    });
    return outcome.written || !outcome.item ? newRoom : toState(outcome.item);
  },

  async change(values, seen = {}) {
    const given = Object.entries(values);
    if (given.length === 0) return {};
    const conditions = given.flatMap(([name], i) => isAsSeen(name, i, seen));
    const input = {
      ...roomItem(),
      UpdateExpression: `SET ${given.map((_, i) => `#n${i} = :v${i}`).join(', ')}`,
      // A restore would overwrite the values.
      ConditionExpression: ['attribute_exists(room)', 'attribute_not_exists(restoring)', ...conditions].join(' AND '),
      ExpressionAttributeNames: Object.fromEntries(given.map(([name], i) => [`#n${i}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        given.flatMap(([name, value], i) => [
          [`:v${i}`, value],
          ...(seen[name] === undefined ? [] : [[`:s${i}`, seen[name]]]),
        ]),
      ),
      ReturnValues: 'ALL_OLD' as const,
    };
    const outcome = await settled(() => updateIf(input));
    const isGiven = ([name]: [string, unknown]) => Object.hasOwn(values, name);
    if (outcome.written) {
      return Object.fromEntries(Object.entries(outcome.old ? toState(outcome.old) : newRoom).filter(isGiven));
    }
    // If the SDK retried an update whose response was lost, the stored values are our own.
    const { item } = outcome;
    const isOwn = item && item['restoring'] === undefined && given.every(([name, value]) => item[name] === value);
    return isOwn ? Object.fromEntries(Object.entries(seen).filter(isGiven)) : undefined;
  },

  async claimSweep(now, until) {
    const update = {
      ...roomItem(),
      UpdateExpression: 'SET sweepUntil = :until',
      ConditionExpression: 'attribute_not_exists(sweepUntil) OR sweepUntil <= :now',
      ExpressionAttributeValues: { ':now': now, ':until': until },
    };
    return (await updateIf(update, (item) => item['sweepUntil'] === until)).written;
  },

  async claimQuestion(now) {
    const item = { TableName: tableName('room'), Key: questionsKey };
    const first = await updateIf({
      ...item,
      UpdateExpression: 'SET busyUntil = :until',
      ConditionExpression: 'attribute_not_exists(busyUntil) OR busyUntil <= :now',
      ExpressionAttributeValues: { ':now': now, ':until': now + questionEveryMs },
    });
    if (first.written) return true;
    const further = await updateIf({
      ...item,
      UpdateExpression: 'SET busyUntil = busyUntil + :each',
      ConditionExpression: 'busyUntil <= :latest',
      ExpressionAttributeValues: { ':each': questionEveryMs, ':latest': now + (questionsInARow - 1) * questionEveryMs },
    });
    return further.written;
  },

  async noteUsage({ usage, logins, spent = 0 }, online, now, broadcasts) {
    const [month, minute] = [monthOf(now), minuteOf(now)];
    const isNew = usage?.month !== month;
    const first = async () => ({
      month,
      minute,
      onlineMinutes: online,
      loginsBefore: logins,
      broadcastsBefore: await broadcasts(),
      spentBefore: spent,
    });
    await updateIf({
      ...roomItem(),
      UpdateExpression: isNew
        ? 'SET #usage = :usage'
        : 'SET #usage.#minute = :minute, #usage.onlineMinutes = #usage.onlineMinutes + :online',
      ConditionExpression: isNew
        ? 'attribute_exists(room) AND (attribute_not_exists(#usage) OR #usage.#month < :month)'
        : '#usage.#month = :month AND #usage.#minute < :minute',
      ExpressionAttributeNames: { '#usage': 'usage', '#month': 'month', ...(!isNew && { '#minute': 'minute' }) },
      ExpressionAttributeValues: {
        ':month': month,
        ...(isNew ? { ':usage': await first() } : { ':minute': minute, ':online': online }),
      },
    });
  },

  async noteWarning({ usage, monthlyBudget: budget }, now) {
    if (usage?.month !== monthOf(now) || usage.warnedOf === budget) return false;
    const update = {
      ...roomItem(),
      UpdateExpression: 'SET #usage.warnedOf = :budget',
      ConditionExpression:
        '#usage.#month = :month AND (attribute_not_exists(#usage.warnedOf) OR #usage.warnedOf <> :budget)',
      ExpressionAttributeNames: { '#usage': 'usage', '#month': 'month' },
      ExpressionAttributeValues: { ':month': usage.month, ':budget': budget },
    };
    const isOwn = (item: Item) => {
      const { usage: stored } = toState(item);
      return stored?.month === usage.month && stored.warnedOf === budget;
    };
    return (await updateIf(update, isOwn)).written;
  },

  async closeForBudget(now) {
    const update = {
      ...roomItem(),
      UpdateExpression: 'SET #open = :false, closedAt = :now, closedFor = :reason',
      ConditionExpression: '#open = :true',
      ExpressionAttributeNames: { '#open': 'open' },
      ExpressionAttributeValues: { ':true': true, ':false': false, ':now': now, ':reason': 'budget' },
    };
    return (await updateIf(update, (item) => item['closedFor'] === 'budget' && item['closedAt'] === now)).written;
  },
};
