import type { BanAdmin } from '../../chat/admin/ports.ts';
import { settled, updateIf } from '../dynamodb.ts';
import { roomItem } from '../room-item.ts';

export const banAdmin: BanAdmin = {
  async ban(address, until, expired) {
    await updateIf({
      ...roomItem(),
      UpdateExpression: 'SET bans = :none',
      ConditionExpression: 'attribute_not_exists(bans)',
      ExpressionAttributeValues: { ':none': {} },
    });
    const others = expired.filter((one) => one !== address);
    const remove = others.length > 0 ? ` REMOVE ${others.map((_, i) => `bans.#e${i}`).join(', ')}` : '';
    const input = {
      ...roomItem(),
      UpdateExpression: `SET bans.#address = :until${remove}`,
      // A restore would overwrite it.
      ConditionExpression: 'attribute_not_exists(restoring)',
      ExpressionAttributeNames: {
        '#address': address,
        ...Object.fromEntries(others.map((one, i) => [`#e${i}`, one])),
      },
      ExpressionAttributeValues: { ':until': until },
    };
    return (await settled(() => updateIf(input))).written;
  },

  async unban(address) {
    const input = {
      ...roomItem(),
      UpdateExpression: 'REMOVE bans.#address',
      // It holds for a retry of the SDK, too. Without the map, the path would be invalid.
      ConditionExpression: 'attribute_exists(bans) AND attribute_not_exists(restoring)',
      ExpressionAttributeNames: { '#address': address },
    };
    return (await settled(() => updateIf(input))).written;
  },
};
