import type { CommandContext } from './command-context.ts';

/** Prints a list part by part as it arrives, so that the console never holds more than one part of it. */
export async function showList<T>(
  context: CommandContext,
  heading: string,
  parts: AsyncIterable<{ readonly users: readonly T[] }>,
  line: (one: T) => string,
): Promise<undefined> {
  let shown = 0;
  for await (const { users } of parts) {
    for (const one of users) {
      context.show(one, ...(shown === 0 ? [heading] : []), line(one));
      shown += 1;
    }
    if (context.signal.aborted) break;
  }
  if (shown === 0) context.note(heading, '(nobody)');
}
