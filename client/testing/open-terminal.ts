import { onTestFinished } from 'vitest';
import { type Peer, ScriptedRoom } from './scripted-room.ts';
import { TerminalDriver, type TypistOptions } from './terminal-driver.ts';

/** The prompt of facebook, who is logged in. */
export const prompt = 'facebook>> ';

export type TerminalOptions = Omit<TypistOptions, 'url'>;

/** A user at a terminal, and the room. */
export interface Sitting {
  readonly typist: TerminalDriver;
  readonly scripted: ScriptedRoom;
}

/** The same, and the room's end of the connection. */
export interface Visitor extends Sitting {
  readonly peer: Peer;
}

/** Opens the client in a terminal, at a room of its own. Both are closed at the end of the test. */
export async function openTerminal(
  options: TerminalOptions = {},
  prepare = (_room: ScriptedRoom) => {},
): Promise<Sitting> {
  const scripted = await ScriptedRoom.start();
  prepare(scripted);
  const typist = new TerminalDriver({ ...options, url: scripted.url });
  onTestFinished(async () => {
    // Without a room first: the client would wait for its logout.
    await scripted.close();
    typist.close();
    await typist.exited;
  });
  return { typist, scripted };
}

/** Enters facebook's name and password. The test plays the room's part in the login. */
export async function enterPassword(options?: TerminalOptions): Promise<Visitor> {
  const { typist, scripted } = await openTerminal(options);
  await typist.seeLast('>>');
  typist.enter('facebook');
  await typist.see((rows) => rows.at(-2) === 'Please enter your password:' && rows.at(-1) === '>>');
  typist.enter('wastingtime');
  return { typist, scripted, peer: await scripted.peer() };
}

/** Logs in as facebook, in a room without missed messages. */
export async function logIn(options?: TerminalOptions): Promise<Visitor> {
  const visitor = await enterPassword(options);
  await visitor.scripted.letIn(visitor.peer);
  await visitor.typist.seeLast(prompt.trimEnd());
  return visitor;
}

/** Types a command, and waits until it is in the last row. */
export async function typeAndSee(typist: TerminalDriver, text: string): Promise<void> {
  typist.type(text);
  await typist.seeLast(`${prompt}${text}`);
}
