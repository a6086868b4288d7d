import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorded } from '../local/recorder.ts';
import { commandDocs } from '../protocol/commands/index.docs.ts';
import { type Action, actions, commands } from '../protocol/index.ts';
import { announcementOf, get, type Place, put } from '../test/harness/files.ts';
import type { RawClient } from '../test/harness/raw-client.ts';
import { password } from '../test/harness/room.ts';
import { partNotice } from './meter.ts';
import type { Stage } from './stage.ts';

/** The record of one action. */
export interface Counting {
  /** The command's name, or another name for the action. */
  readonly action: string;
  /** The condition, such as the number of users online. */
  readonly when: string;
  readonly entries: readonly Recorded[];
  /** The number of hashed passwords. */
  readonly hashes: number;
}

/** The numbers of users, for actions whose cost depends on them. */
export interface Sizes {
  readonly few: number;
  readonly many: number;
  /** The number of registered users who stay offline. */
  readonly registered: number;
  /** Milliseconds to wait before a sweep is counted, because the sweeper skips new sessions. */
  readonly beforeSweep: number;
}

type Add = (action: string, when: string, entries: readonly Recorded[], hashes?: number) => void;

/** Plays and records every action, in a room that fills step by step. */
export async function countActions(stage: Stage, sizes: Sizes): Promise<Counting[]> {
  const counted: Counting[] = [];
  const add: Add = (action, when, entries, hashes = 0) => void counted.push({ action, when, entries, hashes });
  await stage.sayFirst();
  await countComing(stage, add);
  await countGoing(stage, add);
  await countAccount(stage, add);
  await countPrivate(stage, add);
  await countFiles(stage, add);
  const sender = await stage.enter('ann');
  const isCounted = (action: Action) => counted.some((one) => one.action === action);
  await countCrowd(stage, add, sender, sizes, isCounted);
  return counted;
}

/** Plays actions in a room without other users. The notices to other users are counted separately. */
async function countComing(stage: Stage, add: Add): Promise<void> {
  const { meter, room } = stage;
  const connect = await meter.settle(1, () => room.connect());
  const first = connect.result;
  add('connect', '', connect.entries);
  add('register', '', (await meter.count(1, () => first.get('register', { user: 'ann', password }))).entries, 1);
  const login = await meter.count(1, () => first.get('login', { user: 'ann', password }));
  add('login', '', partNotice(login.entries).own, 1);
  const ping = async () => {
    first.send({ action: 'ping' });
    await first.next(({ type }) => type === 'pong', 'the pong');
  };
  add('ping', '', (await meter.count(0, ping)).entries);
  const second = await stage.connect();
  const token = login.result.token;
  // The old connection's $disconnect is the second run.
  add('resume', '', (await meter.count(2, () => second.get('resume', { user: 'ann', token }))).entries);
  await stage.leave(second);
}

async function countGoing(stage: Stage, add: Add): Promise<void> {
  const { meter } = stage;
  const guest = await stage.connect();
  const unknown = async () => {
    guest.send({ action: 'nothing' });
    await guest.next(({ ok }) => ok === false, 'the refusal');
  };
  add('refused', '', (await meter.count(1, unknown)).entries);
  const logIn = (user: string) => () => guest.refused('login', { user, password: 'a guess' });
  add('refused', 'unknown user', (await meter.count(1, logIn('zoe'))).entries);
  add('refused', 'wrong password', (await meter.count(1, logIn('ann'))).entries, 1);
  add('disconnect', 'guest', (await meter.count(1, () => guest.close())).entries);
  stage.forget(guest);
  const leaving = await stage.enter('ann');
  // The room closes the connection: its $disconnect is the second run.
  const logout = await meter.count(2, () => Promise.all([leaving.get('logout', {}), leaving.closed]));
  add('logout', '', partNotice(logout.entries).own);
  stage.forget(leaving);
  const closing = await stage.enter('ann');
  add('disconnect', 'clean', partNotice((await meter.count(1, () => closing.close())).entries).own);
  stage.forget(closing);
  // A lost session starts a run of the sweeper, which waits for the end of the grace.
  await meter.settle(1, () => stage.room.change('grace', 1));
  const lost = await stage.enter('ann');
  add('disconnect', 'lost', partNotice((await meter.count(1, () => lost.kill())).entries).own);
  stage.forget(lost);
  await meter.settle(1, () => stage.room.change('grace', 30));
}

async function countAccount(stage: Stage, add: Add): Promise<void> {
  await stage.register('cat');
  const cat = await stage.enter('cat');
  const newPassword = `${password}2`;
  add('passwd', '', (await stage.command(cat, 'passwd', { oldPassword: password, newPassword })).entries, 2);
  await stage.leave(cat);
  const guest = await stage.connect();
  const deregister = () => guest.get('deregister', { user: 'cat', password: newPassword });
  add('deregister', '', (await stage.meter.count(1, deregister)).entries, 1);
  await stage.leave(guest);
}

const text = 'I want to try private message~';
const waiting = 10;

async function countPrivate(stage: Stage, add: Add): Promise<void> {
  const { meter } = stage;
  await stage.register('bob');
  const ann = await stage.enter('ann');
  const bob = await stage.enter('bob');
  const send = () => stage.command(ann, 'message', { to: 'bob', text });
  add('message', 'recipient online', (await send()).entries);
  add('ack', '', (await meter.count(1, async () => bob.say('ack', { inbox: 1 }))).entries);
  add('here', '', (await meter.count(1, async () => bob.say('here', {}))).entries);
  add('sync', 'nothing new', (await stage.command(bob, 'sync', {})).entries);
  await stage.leave(bob);
  add('message', 'recipient offline', (await send()).entries);
  for (let sent = 1; sent < waiting; sent++) await meter.settle(1, () => ann.get('message', { to: 'bob', text }));
  const again = await stage.enter('bob');
  add('sync', `${waiting} messages`, (await stage.command(again, 'sync', {})).entries);
  const page = { stream: 'inbox', limit: waiting } as const;
  add('history', `${waiting} messages`, (await stage.command(again, 'history', page)).entries);
  await stage.leave(again);
  const both = { stream: 'inbox', with: 'bob', limit: waiting } as const;
  add('history', `${waiting} messages to one user`, (await stage.command(ann, 'history', both)).entries);
  add('block', '', (await stage.command(ann, 'block', { user: 'bob' })).entries);
  add('blocklist', '', (await stage.command(ann, 'blocklist', {})).entries);
  add('unblock', '', (await stage.command(ann, 'unblock', { user: 'bob' })).entries);
  await stage.leave(ann);
}

async function countFiles(stage: Stage, add: Add): Promise<void> {
  const { meter, room } = stage;
  const ann = await stage.enter('ann');
  const bob = await stage.enter('bob');
  const fileNamed = (name: string) => ({ name, bytes: Buffer.from(text) });
  const announce = (name: string) => stage.command(ann, 'file', announcementOf('bob', fileNamed(name)));
  // Send one request each, so that the function knows both connections as members' and prefetches.
  for (const client of [ann, bob]) await meter.settle(1, () => client.get('fileget', {}));
  // The run is triggered by S3's event.
  const upload = (place: Place, name: string) => meter.count(1, () => put(place, fileNamed(name).bytes));
  const first = await announce('first');
  add('file', 'announced', first.entries);
  add('file', 'uploaded, recipient online', (await upload(first.result, 'first')).entries);
  for (let sent = 1; sent < waiting; sent++) await upload((await announce(`${sent}`)).result, `${sent}`);
  add('fileget', `list of ${waiting}`, (await stage.command(bob, 'fileget', {})).entries);
  const download = async () => {
    const fetched = untilCalled(stage, 'GetObject');
    await get(await bob.get('fileget', { from: 'ann', name: 'first' }));
    // The client may have the last byte before the recorder has the request.
    await fetched;
  };
  add('fileget', 'and downloaded', (await meter.count(1, download)).entries);
  add('filedone', '', (await stage.command(bob, 'filedone', { from: 'ann', name: 'first' })).entries);
  add('filedecline', '', (await stage.command(bob, 'filedecline', { from: 'ann', name: '1' })).entries);
  const tidying = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
  add('tidying', 'nothing due', (await meter.count(1, () => room.local.invoke('Files', tidying))).entries);
  await stage.leave(bob);
  await stage.leave(ann);
}

/** Waits until a call of a service has ended. */
function untilCalled({ room }: Stage, operation: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = room.local.calls.subscribe((entry) => {
      if (entry.kind !== 'call' || entry.operation !== operation) return;
      stop();
      resolve();
    });
  });
}

async function countCrowd(
  stage: Stage,
  add: Add,
  sender: RawClient,
  sizes: Sizes,
  isCounted: (action: Action) => boolean,
): Promise<void> {
  const { few, many, registered, beforeSweep } = sizes;
  await stage.fill(few);
  await countOnline(stage, add, sender, few, beforeSweep);
  const broadcast = async () => (await stage.command(sender, 'broadcast', { text })).entries;
  add('broadcast', `${few} online`, await broadcast());
  await countNotice(stage, add, few);
  await stage.seed(registered);
  add('broadcast', `${few} online, ${registered} more registered`, await broadcast());
  const others = actions.filter((action) => commands[action].who === 'member' && !isCounted(action));
  await enterNamed(stage, others);
  await stage.fill(many);
  add('broadcast', `${many} online`, await broadcast());
  await countOnline(stage, add, sender, many, beforeSweep);
  for (const action of others) add(action, `${many} online`, await countExample(stage, sender, action));
}

/** Registers and logs in the users that the examples of these commands name. */
export async function enterNamed(stage: Stage, named: readonly Action[]): Promise<void> {
  const fields = named.flatMap((action) => Object.entries(commandDocs[action]().example.request));
  const users = fields.flatMap(([field, value]) => (['user', 'to', 'from'].includes(field) ? [String(value)] : []));
  for (const user of new Set(users)) {
    await stage.register(user);
    await stage.enter(user);
  }
}

/** Plays a member's command with the arguments of its example. So a new command needs no lines here. */
export async function countExample(stage: Stage, sender: RawClient, action: Action): Promise<readonly Recorded[]> {
  const { request } = commandDocs[action]().example;
  if (commands[action].reply !== 'none') return (await stage.command(sender, action, request)).entries;
  return (await stage.meter.count(1, async () => sender.say(action, request))).entries;
}

/** The actions that read all sessions. */
async function countOnline(
  stage: Stage,
  add: Add,
  sender: RawClient,
  online: number,
  beforeSweep: number,
): Promise<void> {
  add('whoelse', `${online} online`, (await stage.command(sender, 'whoelse', {})).entries);
  add('wholasthr', `${online} online`, (await stage.command(sender, 'wholasthr', {})).entries);
  await sleep(beforeSweep);
  // Set the last count back by a minute, so that the sweep has a minute to count.
  await stage.room.local.invoke('Sweeper', {});
  const { database } = stage.room;
  const usage = (await database.room())['usage'] as { minute: number };
  await database.set('Room', { room: 'room' }, { usage: { ...usage, minute: usage.minute - 1 } });
  const sweep = await stage.meter.count(1, () => stage.room.local.invoke('Sweeper', {}));
  add('sweep', `${online} online`, sweep.entries);
}

/** The cost of the notice of a login. The notice of a logout costs the same. */
async function countNotice(stage: Stage, add: Add, online: number): Promise<void> {
  const client = await stage.connect();
  const login = await stage.meter.count(1, () => client.get('login', { user: 'bob', password }));
  add('notice', `${online} online`, partNotice(login.entries).notice);
  await stage.leave(client);
}
