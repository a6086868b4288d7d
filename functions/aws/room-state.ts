import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { type SettingName, settingSchemas } from '../../protocol/admin/index.ts';
import type { RoomState, State } from '../chat/ports.ts';
import { defaultSettings } from '../chat/settings.ts';
import { minuteOf, monthOf } from '../chat/usage.ts';
import { db, type Item, putIf, updateIf } from './dynamodb.ts';
import { tableName } from './environment.ts';
import { roomKey } from './keys.ts';

const setting = <N extends SettingName>(name: N) => v.optional(settingSchemas[name], defaultSettings[name]);

const stored = v.object({
  open: setting('open'),
  maxCon: setting('maxCon'),
  blockTime: setting('blockTime'),
  lastHour: setting('lastHour'),
  timeOut: setting('timeOut'),
  minPassword: setting('minPassword'),
  grace: setting('grace'),
  maxFileBytes: setting('maxFileBytes'),
  floodRate: setting('floodRate'),
  floodBurst: setting('floodBurst'),
  online: v.number(),
  logins: v.number(),
  lastBroadcast: v.number(),
  usage: v.optional(
    v.object({
      month: v.string(),
      minute: v.number(),
      onlineMinutes: v.number(),
      loginsBefore: v.number(),
      broadcastsBefore: v.number(),
    }),
  ),
});

const toState = (item: Item): State => v.parse(stored, item) as State;

const table = () => tableName('room');

async function get(): Promise<State | undefined> {
  const { Item } = await db.send(new GetCommand({ TableName: table(), Key: roomKey, ConsistentRead: true }));
  return Item && toState(Item);
}

const newRoom = { ...defaultSettings, online: 0, logins: 0, lastBroadcast: 0 };

/** What a write replaced. */
const before = ({ old }: { readonly old?: Item | undefined }): State => (old ? toState(old) : newRoom);

/** The condition that a setting is what somebody saw. One that the room has had since before there was such a setting shows as its default. */
function isAsSeen(name: SettingName, seen: unknown): string {
  if (seen === undefined) return 'attribute_exists(room)';
  return seen === defaultSettings[name] ? '(#name = :seen OR attribute_not_exists(#name))' : '#name = :seen';
}

export const roomState: RoomState = {
  async read() {
    return (await get()) ?? newRoom;
  },

  async readOrCreate() {
    const state = await get();
    if (state) return state;
    const outcome = await putIf({
      TableName: table(),
      Item: { ...roomKey, ...newRoom },
      ConditionExpression: 'attribute_not_exists(room)',
    });
    return outcome.written || !outcome.item ? newRoom : toState(outcome.item);
  },

  async change(name, value, seen) {
    const outcome = await updateIf({
      TableName: table(),
      Key: roomKey,
      UpdateExpression: 'SET #name = :value',
      // What is restored would go over it.
      ConditionExpression: `${isAsSeen(name, seen)} AND attribute_not_exists(restoring)`,
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value, ...(seen !== undefined && { ':seen': seen }) },
      ReturnValues: 'ALL_OLD',
    });
    return outcome.written ? before(outcome)[name] : undefined;
  },

  async changeAll(values) {
    const given = Object.entries(values);
    if (given.length === 0) return {};
    const outcome = await updateIf({
      TableName: table(),
      Key: roomKey,
      UpdateExpression: `SET ${given.map((_, i) => `#n${i} = :v${i}`).join(', ')}`,
      // What is restored would go over it.
      ConditionExpression: 'attribute_not_exists(restoring)',
      ExpressionAttributeNames: Object.fromEntries(given.map(([name], i) => [`#n${i}`, name])),
      ExpressionAttributeValues: Object.fromEntries(given.map(([, value], i) => [`:v${i}`, value])),
      ReturnValues: 'ALL_OLD',
    });
    if (!outcome.written) return undefined;
    const was = before(outcome);
    return Object.fromEntries(given.map(([name]) => [name, was[name as SettingName]]));
  },

  async correctCount(online, logins) {
    const { written } = await updateIf({
      TableName: table(),
      Key: roomKey,
      UpdateExpression: 'SET #online = :online',
      ConditionExpression: 'logins = :logins',
      ExpressionAttributeNames: { '#online': 'online' },
      ExpressionAttributeValues: { ':online': online, ':logins': logins },
    });
    return written;
  },

  async claimSweep(now, until) {
    const outcome = await updateIf({
      TableName: table(),
      Key: roomKey,
      UpdateExpression: 'SET sweepUntil = :until',
      ConditionExpression: 'attribute_not_exists(sweepUntil) OR sweepUntil <= :now',
      ExpressionAttributeValues: { ':now': now, ':until': until },
    });
    // A retried update whose first answer was lost finds itself.
    return outcome.written || outcome.item?.['sweepUntil'] === until;
  },

  async noteUsage({ usage, logins, lastBroadcast }, online, now) {
    const [month, minute] = [monthOf(now), minuteOf(now)];
    const isNew = usage?.month !== month;
    const counted = { month, minute, onlineMinutes: online, loginsBefore: logins, broadcastsBefore: lastBroadcast };
    await updateIf({
      TableName: table(),
      Key: roomKey,
      UpdateExpression: isNew
        ? 'SET #usage = :usage'
        : 'SET #usage.#minute = :minute, #usage.onlineMinutes = #usage.onlineMinutes + :online',
      ConditionExpression: isNew
        ? 'attribute_exists(room) AND (attribute_not_exists(#usage) OR #usage.#month < :month)'
        : '#usage.#month = :month AND #usage.#minute < :minute',
      ExpressionAttributeNames: { '#usage': 'usage', '#month': 'month', ...(!isNew && { '#minute': 'minute' }) },
      ExpressionAttributeValues: {
        ':month': month,
        ...(isNew ? { ':usage': counted } : { ':minute': minute, ':online': online }),
      },
    });
  },

  async noteLastBroadcast(seq) {
    await updateIf({
      TableName: table(),
      Key: roomKey,
      UpdateExpression: 'SET lastBroadcast = :seq',
      ConditionExpression: 'lastBroadcast < :seq',
      ExpressionAttributeValues: { ':seq': seq },
    });
  },
};
