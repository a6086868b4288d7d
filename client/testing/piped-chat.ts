import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { ChatCommands } from '../chat/command-set.ts';
import { NamesSeen } from '../chat/names-seen.ts';
import { runChat } from '../chat/run-chat.ts';
import { PlainScreen } from '../terminal/plain-screen.ts';
import type { ScriptedRoom } from './scripted-room.ts';

/** What the client prints at a login of facebook without missed messages, and at the end. */
export const askUser = 'Please enter your username (or "register", "de-register" or "quit"):';
export const askPassword = 'Please enter your password:';
export const welcome = 'Welcome to the chat room, facebook! You are now logged in.';
export const helpHint = 'Enter "help" to see the commands.';
export const goodbye = 'You are leaving the chat room. See you again!';

/** Runs the client on these lines of input. Resolves to the lines it printed after the greeting. */
export function chat(scripted: ScriptedRoom, ...lines: string[]) {
  const { input, done } = openChat(scripted, undefined, { busy: 2_000 });
  input.end(lines.map((line) => `${line}\n`).join(''));
  return done;
}

/** Runs the client on an input that the test writes step by step. */
export function openChat(scripted: ScriptedRoom, commands = new ChatCommands(), { busy = 60_000 } = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const interruption = new AbortController();
  const screen = new PlainScreen(input, output, () => interruption.abort());
  const printed = text(output);
  const complaints: string[] = [];
  const done = runChat({
    url: scripted.url,
    screen,
    interruption: interruption.signal,
    names: new NamesSeen(),
    commands,
    timing: { maxBackoff: 800, busy },
    complain: (line) => complaints.push(line),
  }).then(async (code) => {
    output.end();
    const [greeting, ...said] = (await printed).trimEnd().split('\n');
    expect(greeting).toMatch(/^Connecting to the chat room\./);
    return { said, code };
  });
  return { input, output, interruption, done, complaints };
}

/** Resolves when this text has been printed. */
export function seen(output: PassThrough, expected: string): Promise<void> {
  return new Promise((resolve) => {
    let printed = '';
    output.on('data', (chunk: Buffer) => {
      printed += String(chunk);
      if (printed.includes(expected)) resolve();
    });
  });
}
