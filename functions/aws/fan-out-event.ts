import * as v from 'valibot';
import { events, type RoomEvent } from '../../protocol/index.ts';
import type { FanOut } from '../chat/ports.ts';

const event = v.union(Object.values(events)) as v.GenericSchema<RoomEvent>;

const recipient = v.object({
  name: v.string(),
  displayName: v.string(),
  accountId: v.string(),
  connectionId: v.string(),
});

const fanOutEvent: v.GenericSchema<FanOut> = v.union([
  v.object({ to: v.literal('everyone'), event, except: v.string() }),
  v.object({ to: v.array(recipient), event, attempt: v.number() }),
]);

/** What the fan-out function is invoked with. Throws if it is anything else. */
export function parseFanOut(input: unknown): FanOut {
  return v.parse(fanOutEvent, input);
}
