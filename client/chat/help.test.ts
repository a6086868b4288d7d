import { expect, test } from 'vitest';
import { commands } from '../../protocol/index.ts';
import { Painter } from '../terminal/painter.ts';
import { commandNames } from './grammar.ts';
import { helpLines } from './help.ts';

const plain = new Painter(1);
const help = (about?: string) => helpLines(about).map((line) => plain.line(line));

test('help tells of every command', () => {
  for (const name of commandNames) expect(help().filter((line) => line.trim().startsWith(`${name} `))).toHaveLength(1);
});

test.each(['message', '/msg', 'MESSAGE', '/m'])('help %s tells of one, in the words of the wire', (about) => {
  expect(help(about)).toEqual([
    '  message <user> <text>',
    `  ${commands.message.summary}`,
    '  Also: /message, /msg, /m',
  ]);
});

test('help about what there is not says so', () => {
  expect(help('massage')).toEqual([
    'Error! There is no command "massage". Did you mean "message"? Enter "help" to see the commands.',
  ]);
});
