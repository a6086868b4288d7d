import { type AdminReply, parseAdminRequest } from '../../../protocol/admin/index.ts';
import type { AdminHandler } from './handler.ts';
import { adminHandlers } from './index.ts';
import type { AdminRoom } from './ports.ts';
import { AdminRefusal } from './refusal.ts';

/**
 * Carries out one request of an administrator's: the one place where it is parsed, and where a refusal becomes a reply.
 * IAM has let it in; nothing else can reach this.
 */
export async function administer(room: AdminRoom, input: unknown): Promise<AdminReply> {
  const parsed = parseAdminRequest(input);
  if (!parsed.ok) return { ok: false, error: { code: parsed.code, message: parsed.message } };
  const { command, arguments: args } = parsed.request;
  // That handler and arguments belong together, only `command` knows.
  const handler = adminHandlers[command] as AdminHandler<typeof command>;
  try {
    return { ok: true, ...(await handler(room, args as never)) };
  } catch (error) {
    if (!(error instanceof AdminRefusal)) throw error;
    return { ok: false, error: { code: error.code, message: error.message } };
  }
}
