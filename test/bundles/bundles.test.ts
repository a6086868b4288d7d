import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commandDocs } from '../../protocol/commands/index.docs.ts';
import { actions, type Command, type CommandGroup, commands } from '../../protocol/index.ts';

/** The part of esbuild's metafile that tells what is in a bundle. */
interface Metafile {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, { bytesInOutput: number }>> }>>;
}

const { outputs }: Metafile = JSON.parse(readFileSync('dist/functions.meta.json', 'utf8'));
const groups: readonly CommandGroup[] = ['account', 'chat', 'files'];

describe.each(groups)('the bundle of the function %s', (group) => {
  const bundle = `dist/functions/${group}/index.mjs`;

  test('holds the handlers of its own commands and no others', () => {
    const inputs = Object.entries(outputs[bundle]?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    const handlers = inputs.flatMap(([path]) => /^functions\/chat\/commands\/(\w+)\.ts$/.exec(path)?.[1] ?? []);
    const own = actions.filter((action) => (commands[action] as Command).group === group);
    expect(handlers.toSorted()).toEqual(own.toSorted());
  });

  test('holds no text that only documentation needs', () => {
    const code = readFileSync(bundle, 'utf8');
    for (const action of actions) {
      // The summary, which `help` shows, is there: so this finds texts.
      expect(code).toContain(commands[action].summary);
      const { description, request, result } = commandDocs[action]() as ReturnType<(typeof commandDocs)['login']>;
      // A word such as "Bytes." may be in the bundle for another reason.
      for (const text of [description, ...Object.values(request), ...Object.values(result)]) {
        if (text !== undefined && text.length > 20) expect(code.includes(text), `${action}: ${text}`).toBe(false);
      }
    }
  });
});
