import { setTimeout as sleep } from 'node:timers/promises';
import { ChatProcess } from '../harness/chat-process.ts';
import { openRoom } from '../harness/room.ts';
import { Network } from './network.ts';

/** Within this many seconds a client must notice that its connection is dead. */
export const mostSeconds = 75;

export interface DeadLinkReport {
  /** Seconds until the terminal client noticed, if the gateway answers ping frames, and if it does not. */
  readonly answered: number;
  readonly unanswered: number;
  readonly problems: readonly string[];
}

/** How long the terminal client takes to notice that its network drops every packet. */
export async function deadLink(): Promise<DeadLinkReport> {
  const [answered, unanswered] = await Promise.all([secondsToNotice(false), secondsToNotice(true)]);
  const problems = Object.entries({ answered, unanswered })
    .filter(([, seconds]) => seconds > mostSeconds)
    .map(([how, seconds]) => `with ping frames ${how} it took ${seconds} s`);
  return { answered, unanswered, problems };
}

async function secondsToNotice(ignoresPingFrames: boolean): Promise<number> {
  const room = await openRoom();
  const network = await Network.to(room.url);
  try {
    room.local.faults.ignoresPingFrames = ignoresPingFrames;
    await room.register('facebook');
    const chat = await ChatProcess.enter(network.url, 'facebook', { patience: 120_000 });
    // What follows the login has come.
    await sleep(2_000);
    network.cut();
    const cutAt = performance.now();
    await chat.sees(/The connection was lost\. Reconnecting \.\.\.$/);
    const seconds = (performance.now() - cutAt) / 1000;
    await chat.kill();
    return Math.round(seconds * 10) / 10;
  } finally {
    network.close();
    await room.close();
  }
}
