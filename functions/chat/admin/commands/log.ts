import { foldName } from '../../../../protocol/index.ts';
import { type AdminHandler, iso } from '../handler.ts';

export const log: AdminHandler<'log'> = async (room, { since, until, user, from }) => {
  const { items, next } = await room.logReader.read({
    since: Date.parse(since),
    until: until === undefined ? undefined : Date.parse(until),
    user: user === undefined ? undefined : foldName(user),
    from,
  });
  return {
    lines: items.map(({ id, at, fields }) => ({ id, at: iso(at), fields: { ...fields } })),
    ...(next !== undefined && { next }),
  };
};
