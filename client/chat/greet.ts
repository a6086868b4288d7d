import { RefusalError } from '../room/common.ts';
import { reportable } from './carry-out.ts';
import type { ChatContext } from './chat-command.ts';
import type { ChatCommands } from './command-set.ts';
import { errorLine } from './texts.ts';

/** Prints the lines of each command's `afterLogin`. A command that an older room does not know is skipped. */
export async function greet(context: ChatContext, { afterLogin }: Pick<ChatCommands, 'afterLogin'>): Promise<void> {
  for (const run of afterLogin) {
    const lines = await run(context).catch((error: unknown) =>
      error instanceof RefusalError && error.code === 'unknown-action' ? [] : [errorLine(reportable(error))],
    );
    context.screen.print(...lines);
  }
}
