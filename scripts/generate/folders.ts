import type { CommandGroup } from '../../protocol/command.ts';

/** An index generated from the files of a folder: one object or list, with an entry for each file. */
export interface GeneratedIndex {
  readonly folder: string;
  /** The name of the index file. It starts with `index.`, so the generator does not treat it as an entry. */
  readonly file: string;
  /** The docstring of the index. */
  readonly summary: string;
  /** The name of the exported object or list. */
  readonly name: string;
  /** The constant to import from each file. Default: the one named after the file, `resetPassword` in `reset-password.ts`. */
  readonly pick?: string;
  /** Only the entries of this group, as the entry in `protocol/commands` says. */
  readonly group?: CommandGroup;
  /** The type that the object must satisfy. */
  readonly satisfies?: { readonly type: string; readonly imports: readonly string[] };
}

const protocolCommands = 'protocol/commands';

const handlersOf = (group: CommandGroup): GeneratedIndex => ({
  folder: 'functions/chat/commands',
  file: `index.${group}.ts`,
  summary: `The handlers of the function \`${group}\`.`,
  name: `${group}Handlers`,
  group,
  satisfies: { type: `GroupHandlers<'${group}'>`, imports: ["import type { GroupHandlers } from '../command.ts';"] },
});

/** Every generated index. */
export const generatedIndexes: readonly GeneratedIndex[] = [
  {
    folder: protocolCommands,
    file: 'index.ts',
    summary: 'Every command of the wire.',
    name: 'commands',
    satisfies: {
      type: 'Readonly<Record<string, Command>>',
      imports: ["import type { Command } from '../command.ts';"],
    },
  },
  {
    folder: protocolCommands,
    file: 'index.docs.ts',
    summary: 'What the documentation says about each command.',
    name: 'commandDocs',
    pick: 'docs',
    satisfies: {
      type: '{ readonly [A in Action]: Docs<(typeof commands)[A]> }',
      imports: [
        "import type { Action } from '../actions.ts';",
        "import type { Docs } from '../command.ts';",
        "import type { commands } from './index.ts';",
      ],
    },
  },
  handlersOf('account'),
  handlersOf('chat'),
  handlersOf('files'),
  {
    folder: 'protocol/admin/commands',
    file: 'index.ts',
    summary: "Every administrator's command.",
    name: 'adminCommands',
    satisfies: {
      type: 'Readonly<Record<string, AdminCommand>>',
      imports: ["import type { AdminCommand } from '../command.ts';"],
    },
  },
  {
    folder: 'functions/chat/admin/commands',
    file: 'index.ts',
    summary: "The handlers of the administrator's commands.",
    name: 'adminHandlers',
    satisfies: { type: 'AdminHandlers', imports: ["import type { AdminHandlers } from '../handler.ts';"] },
  },
  {
    folder: 'client/chat/commands',
    file: 'index.ts',
    summary: 'Every command of a conversation.',
    name: 'chatCommands',
    satisfies: {
      type: 'Readonly<Record<string, ChatCommand>>',
      imports: ["import type { ChatCommand } from '../chat-command.ts';"],
    },
  },
  {
    folder: 'client/admin/commands',
    file: 'index.ts',
    summary: 'Every command of the console, except those that print one setting.',
    name: 'consoleCommands',
    satisfies: {
      type: 'Readonly<Record<string, ConsoleCommand>>',
      imports: ["import type { ConsoleCommand } from '../console-command.ts';"],
    },
  },
];
