import type { Peer, ScriptedRoom } from './scripted-room.ts';
import { TerminalDriver, type TypistOptions } from './terminal-driver.ts';

/** A user at a terminal, and the room's end of the connection. */
export interface Sitting {
  readonly typist: TerminalDriver;
  readonly peer: Peer;
}

/** Logs in as facebook, in a room without missed messages. */
export async function openTerminal(scripted: ScriptedRoom, options: Omit<TypistOptions, 'url'> = {}): Promise<Sitting> {
  const typist = new TerminalDriver({ ...options, url: scripted.url });
  try {
    await typist.seeLast('>>');
    typist.enter('facebook');
    await typist.see((rows) => rows.at(-2) === 'Please enter your password:' && rows.at(-1) === '>>');
    typist.enter('wastingtime');
    const peer = await scripted.peer();
    await scripted.letIn(peer);
    await typist.seeLast('facebook>>');
    return { typist, peer };
  } catch (error) {
    typist.close();
    throw error;
  }
}
