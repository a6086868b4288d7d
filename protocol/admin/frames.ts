import * as v from 'valibot';
import { wrongWith } from '../wrong-with.ts';
import type { AdminCommand } from './command.ts';
import {
  type AdminArguments,
  type AdminCommandName,
  type AdminInput,
  type AdminResult,
  isAdminCommand,
} from './command-types.ts';
import { adminCommands } from './commands/index.ts';
import { type AdminRefusalCode, adminRefusals } from './refusals.ts';

/** A parsed request. */
export type AdminRequest<C extends AdminCommandName = AdminCommandName> = {
  [N in C]: { readonly command: N; readonly arguments: AdminArguments<N> };
}[C];

/** The reply to a request: a result or a refusal. */
export type AdminReply =
  | ({ readonly ok: true } & Record<string, unknown>)
  | { readonly ok: false; readonly error: { readonly code: AdminRefusalCode; readonly message: string } };

const schemas = new Map<AdminCommandName, v.GenericSchema>();

function requestSchema(name: AdminCommandName): v.GenericSchema {
  let schema = schemas.get(name);
  if (!schema) {
    const entry: AdminCommand = adminCommands[name];
    schema = v.strictObject({ command: v.literal(name), ...entry.request });
    schemas.set(name, schema);
  }
  return schema;
}

/** The refusal of a malformed request. `command` is set if it is known. */
export interface BadAdminRequest {
  readonly ok: false;
  readonly command?: AdminCommandName;
  readonly code: 'bad-request' | 'unknown-command';
  readonly message: string;
}

/** Parses the payload of the admin function. */
export function parseAdminRequest(input: unknown): { ok: true; request: AdminRequest } | BadAdminRequest {
  const command = v.safeParse(v.looseObject({ command: v.string() }), input);
  if (!command.success) return { ok: false, code: 'bad-request', message: 'command: a text is expected.' };
  const name = command.output.command;
  if (!isAdminCommand(name)) return { ok: false, code: 'unknown-command', message: adminRefusals['unknown-command'] };
  const parsed = v.safeParse(requestSchema(name), input, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const message = `${v.getDotPath(issue)}: ${wrongWith(issue)}`;
    return { ok: false, command: name, code: 'bad-request', message };
  }
  const { command: _, ...args } = parsed.output as Record<string, unknown>;
  return { ok: true, request: { command: name, arguments: args } as AdminRequest };
}

/** The payload that invokes the admin function. */
export function adminRequest<C extends AdminCommandName>(command: C, args: AdminInput<C>): Record<string, unknown> {
  return { command, ...args };
}

const reply = v.variant('ok', [
  v.looseObject({ ok: v.literal(true) }),
  v.object({ ok: v.literal(false), error: v.object({ code: v.string(), message: v.string() }) }),
]);

/** A reply, as parsed. `unknown`: a room of another version sent a reply that this version cannot parse. */
export type ParsedAdminReply<C extends AdminCommandName> =
  | { readonly kind: 'result'; readonly result: AdminResult<C> }
  | { readonly kind: 'refusal'; readonly code: string; readonly message: string }
  | { readonly kind: 'unknown' };

/** Parses the reply to a command. Never throws. */
export function parseAdminReply<C extends AdminCommandName>(command: C, value: unknown): ParsedAdminReply<C> {
  const parsed = v.safeParse(reply, value);
  if (!parsed.success) return { kind: 'unknown' };
  if (!parsed.output.ok) return { kind: 'refusal', ...parsed.output.error };
  const result = v.safeParse(v.object(adminCommands[command].result as v.ObjectEntries), value);
  return result.success ? { kind: 'result', result: result.output as AdminResult<C> } : { kind: 'unknown' };
}
