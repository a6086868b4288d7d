import * as v from 'valibot';
import { foldName } from '../../protocol/index.ts';
import { dismiss } from './leave.ts';
import type { Room } from './ports.ts';
import { isSettingName, settingSchemas } from './settings.ts';

/** What an administrator may ask of the room. */
export const adminRequest = v.variant('command', [
  v.strictObject({ command: v.literal('settings') }),
  v.strictObject({ command: v.literal('change'), name: v.string(), value: v.unknown(), seen: v.optional(v.unknown()) }),
  v.strictObject({ command: v.literal('kick'), user: v.string(), reason: v.optional(v.string(), 'the administrator') }),
]);

export type AdminRequest = v.InferOutput<typeof adminRequest>;

/** What an administrator is told: a result, or why not. */
export type AdminReply =
  | ({ readonly ok: true } & Record<string, unknown>)
  | { readonly ok: false; readonly error: { readonly code: AdminRefusal; readonly message: string } };

export type AdminRefusal = 'bad-request' | 'no-such-setting' | 'invalid-value' | 'changed-meanwhile' | 'not-online';

const refuse = (code: AdminRefusal, message: string): AdminReply => ({ ok: false, error: { code, message } });

/** Carries out one request of the administrator's. IAM has let it in; nothing else can reach this. */
export async function administer(room: Room, input: unknown): Promise<AdminReply> {
  const parsed = v.safeParse(adminRequest, input);
  if (!parsed.success) return refuse('bad-request', parsed.issues[0].message);
  const request = parsed.output;
  switch (request.command) {
    case 'settings':
      return { ok: true, settings: await room.state.read() };
    case 'change':
      return change(room, request);
    case 'kick':
      return kick(room, request.user, request.reason);
  }
}

async function change(
  room: Room,
  { name, value, seen }: Extract<AdminRequest, { command: 'change' }>,
): Promise<AdminReply> {
  if (!isSettingName(name)) return refuse('no-such-setting', `There is no setting ${name}.`);
  const schema: v.GenericSchema = settingSchemas[name];
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) return refuse('invalid-value', `${name}: ${parsed.issues[0].message}`);
  // The first change may come before the first connection.
  await room.state.readOrCreate();
  const changed = await room.state.change(name, parsed.output as never, seen as never);
  if (!changed) return refuse('changed-meanwhile', `${name} was changed by somebody else meanwhile.`);
  if (name === 'timeOut' || name === 'grace') await room.crier.sweepNow();
  return { ok: true, name, value: parsed.output };
}

async function kick(room: Room, user: string, reason: string): Promise<AdminReply> {
  for (;;) {
    const session = await room.sessions.find(foldName(user));
    if (!session) return refuse('not-online', `${user} is not online.`);
    // Not dismissed means it has just ended, or gone on over another connection.
    const kicked = await dismiss(room, session, 'kicked', { type: 'event', event: 'kicked', reason });
    if (kicked) return { ok: true, user: session.displayName };
  }
}
