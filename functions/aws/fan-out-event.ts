import * as v from 'valibot';
import { events, type RoomEvent } from '../../protocol/index.ts';
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

/** Parses the fan-out function's event. @throws ValiError */
export const parseFanOut = (input: unknown): FanOut => v.parse(fanOut, input);

/** Parses the notices function's event. @throws ValiError */
export const parseNotice = (input: unknown): Notice => v.parse(notice, input);
