import * as v from 'valibot';
import { events, type RoomEvent } from '../../protocol/index.ts';
import { parseStored } from '../chat/parse-stored.ts';
import type { FanOut, Notice } from '../chat/ports.ts';

const event = v.union(Object.values(events)) as v.GenericSchema<RoomEvent>;

const recipient = v.object({
  name: v.string(),
  displayName: v.string(),
  accountId: v.string(),
  connectionId: v.string(),
});

const fanOut = v.object({ to: v.array(recipient), event, attempt: v.number() });
const notice = v.object({ event: v.union([events.login, events.logout]), except: v.string() });

/** Parses the fan-out function's event. */
export const parseFanOut = (input: unknown): FanOut => parseStored(fanOut, input, 'an event');

/** Parses the notices function's event. */
export const parseNotice = (input: unknown): Notice => parseStored(notice, input, 'an event');
