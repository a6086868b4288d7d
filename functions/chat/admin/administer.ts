import {
  type AdminCommand,
  type AdminCommandName,
  type AdminReply,
  type AdminRequest,
  adminCommands,
  parseAdminRequest,
} from '../../../protocol/admin/index.ts';
import { adminHandlers } from './commands/index.ts';
import type { AdminHandler } from './handler.ts';
import type { AdminRoom } from './ports.ts';
import { AdminRefusal } from './refusal.ts';

/** Handles one request of the administrator: parses it, runs its handler, audits it. IAM has authorized the caller. */
export async function administer(room: AdminRoom, input: unknown): Promise<AdminReply> {
  const startedAt = room.clock.now();
  const parsed = parseAdminRequest(input);
  const { command } = parsed.ok ? parsed.request : parsed;
  const note = (result: string) => {
    const about = parsed.ok ? acted(parsed.request) : undefined;
    if (!about && result === 'ok') return;
    // An unknown command is not logged: it could be any text.
    const what = command === undefined ? 'admin' : `admin ${command}`;
    room.auditLog({ what, result, ms: room.clock.now() - startedAt, ...(about && { about }) });
  };
  if (!parsed.ok) {
    note(parsed.code);
    return { ok: false, error: { code: parsed.code, message: parsed.message } };
  }
  // TypeScript cannot tell that the handler and the arguments belong to the same command.
  const handler = adminHandlers[parsed.request.command] as AdminHandler<AdminCommandName>;
  try {
    const result = await handler(room, parsed.request.arguments as never);
    note('ok');
    return { ok: true, ...result };
  } catch (error) {
    note(error instanceof AdminRefusal ? error.code : 'internal');
    if (!(error instanceof AdminRefusal)) throw error;
    return { ok: false, error: { code: error.code, message: error.message } };
  }
}

/** The logged arguments of a request; undefined for a request that only reads, or continues another. */
function acted({ command, arguments: args }: AdminRequest): Record<string, unknown> | undefined {
  const { logs }: AdminCommand = adminCommands[command];
  return 'from' in args
    ? undefined
    : logs && Object.fromEntries(Object.entries(args).filter(([name]) => logs.includes(name)));
}
