import { sha256 } from './bucket.ts';
import type * as Client from './client-entry.ts';
import { checkConversation, lag } from './conversation.ts';
import { checkDownload, type SentFile } from './files.ts';
import { actOf, type Habits } from './habits.ts';
import type { Sent, Visit } from './history.ts';
import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

export type Room = Client.RoomConnection;

/** One run of the client's program. */
export interface Run {
  readonly process: SimulatedProcess;
  readonly client: typeof Client;
}

const never = Number.POSITIVE_INFINITY;

/** What a user says and asks during one visit. */
export class Talk {
  readonly #world: World;
  /** All users, with this one. */
  readonly #users: readonly string[];
  readonly #room: Room;
  readonly #run: Run;
  readonly #visit: Visit;

  constructor(world: World, users: readonly string[], room: Room, run: Run, visit: Visit) {
    this.#world = world;
    this.#users = users;
    this.#room = room;
    this.#run = run;
    this.#visit = visit;
  }

  async act(habits: Habits, isFirst: boolean): Promise<void> {
    const { random } = this.#world.scheduler;
    switch (actOf(random, habits)) {
      case 'message':
        return this.#say(random.pick(this.#users));
      case 'broadcast':
        return this.#say(undefined);
      case 'history':
        return this.#ask(this.#readConversation(random.pick(this.#users)));
      case 'whoelse':
        return this.#ask(this.#lookAround());
      case 'block':
        return this.#ask(this.#toggleBlock());
      case 'file':
        return this.#ask(this.#sendFile(random.pick(this.#users)));
      case 'fetch':
        return this.#ask(this.#fetchFile());
      case 'passwd':
        // Two programs that change it at the same time may leave the user without a password that both know.
        return isFirst ? this.#ask(this.#changePassword()) : undefined;
    }
  }

  /** Asks who else is online. */
  async #lookAround(): Promise<void> {
    const { scheduler, history } = this.#world;
    const askedAt = scheduler.now;
    const { users } = await this.#room.request('whoelse', {});
    // Of several programs, one may not know yet that another one has taken its place.
    if (!history.isPerfectDay || history.hasAdministrator || !history.hasOneProgramEach) return;
    for (const { user, loggedInAt, endedAt, isDropped } of history.visits) {
      const isOnline = loggedInAt < askedAt - lag && endedAt === never && !isDropped;
      if (isOnline && user !== this.#visit.user && !users.includes(user))
        this.#world.violated(`${this.#visit.program} does not see ${user}, who is online`);
    }
  }

  async #changePassword(): Promise<void> {
    const { accounts } = this.#world.history;
    const { user, password } = this.#visit;
    const next = accounts.newPassword();
    accounts.mayHave(user, next);
    try {
      await this.#room.changePassword(password, next);
      accounts.has(user, next);
      this.#visit.password = next;
    } catch (error) {
      if (this.#isRefused(error)) accounts.hasNot(user, next);
      if (error instanceof this.#run.client.RefusalError && error.code === 'wrong-password') {
        accounts.doubt(user, password);
        [this.#visit.password = password] = accounts.passwordsOf(user);
      }
      throw error;
    }
  }

  /** Announces a new file or, after an interruption, one of before; and may upload it. */
  async #sendFile(to: string | undefined): Promise<void> {
    const { scheduler, history, bucket } = this.#world;
    const { user: from } = this.#visit;
    if (to === undefined || to === from) return;
    const name = `${from}-${history.files.length}`;
    const fresh: SentFile = {
      ...{ from, to, name, content: `the content of ${name}`, announcedAt: scheduler.now },
      ...{ triedAt: never, uploadedAt: never, asked: 0, ended: undefined },
    };
    const earlier = history.files.filter((one) => one.from === from && one.triedAt === never);
    const file = (scheduler.random.chance(0.5) && scheduler.random.pick(earlier)) || fresh;
    if (file === fresh) history.files.push(file);
    const { content } = file;
    const args = { to: file.to, name: file.name, size: content.length, sha256: sha256(content, 'hex') };
    const askedAt = scheduler.now;
    const { url } = await this.#room.request('file', args);
    if (history.isBlocked(file.to, from, askedAt, scheduler.now))
      this.#world.violated(`${file.to} has blocked ${from}, who may send the file ${file.name}`);
    if (scheduler.random.chance(0.3)) return;
    await scheduler.pause(scheduler.random.between(0, 1_000));
    // Another program of this user may have uploaded it meanwhile.
    if (file.triedAt !== never) return;
    file.triedAt = scheduler.now;
    if ((await bucket.upload(url, content)) === 200) file.uploadedAt = scheduler.now;
  }

  /** Downloads one of the files that wait, and confirms or declines it. */
  async #fetchFile(): Promise<void> {
    const { scheduler, history, bucket } = this.#world;
    const { files = [] } = await this.#room.request('fileget', {});
    const waiting = scheduler.random.pick(files);
    if (!waiting) return;
    const { from, name } = waiting;
    const file = history.files.find((one) => one.from === from && one.name === name);
    const { url, sha256: checksum } = await this.#room.request('fileget', { from, name });
    const content = url === undefined ? undefined : await bucket.download(url);
    if (content === undefined || checksum === undefined) return;
    checkDownload(this.#world, this.#visit.user, file, content, checksum);
    if (!file || scheduler.random.chance(0.2)) return;
    const isDeclined = scheduler.random.chance(0.3);
    file.asked += 1;
    await this.#room.request(isDeclined ? 'filedecline' : 'filedone', { from, name });
    // Of two programs, either may have ended it: a repeat is told only that it has ended.
    if (file.asked === 1) file.ended = isDeclined ? 'file-declined' : 'file-received';
  }

  async #readConversation(whom: string | undefined): Promise<void> {
    const askedAt = this.#world.scheduler.now;
    if (whom === undefined || whom === this.#visit.user) return;
    const page = await this.#room.request('history', { stream: 'inbox', with: whom });
    checkConversation(this.#world, this.#visit, { ...page, whom, askedAt });
  }

  /** Blocks a user, or ends a block of that user. */
  async #toggleBlock(): Promise<void> {
    const { scheduler, history } = this.#world;
    const { user } = this.#visit;
    const whom = scheduler.random.pick(this.#users);
    if (whom === undefined || whom === user) return;
    const earlier = history.blocks.filter((one) => one.by === user && one.whom === whom);
    const standing = earlier.find((one) => one.endedAt === never);
    if (standing) {
      standing.endAskedAt = Math.min(standing.endAskedAt, scheduler.now);
      standing.unansweredEnds += 1;
      await this.#room.request('unblock', { user: whom });
      standing.unansweredEnds -= 1;
      if (standing.isAnswered) standing.endedAt = scheduler.now;
      return;
    }
    // A block of or by an account that is about to be deleted ends with it.
    const mayEnd =
      history.accounts.mayBeGone(whom) ||
      history.accounts.mayBeGone(user) ||
      earlier.some(({ unansweredEnds }) => unansweredEnds > 0);
    const endAskedAt = mayEnd ? scheduler.now : never;
    const times = { askedAt: scheduler.now, since: never, endAskedAt, endedAt: never };
    const block = { by: user, whom, ...times, isAnswered: false, unansweredEnds: 0 };
    history.blocks.push(block);
    try {
      await this.#room.request('block', { user: whom });
    } catch (error) {
      block.isAnswered = this.#isRefused(error);
      throw error;
    }
    block.isAnswered = true;
    if (block.endAskedAt === never) block.since = scheduler.now;
  }

  async #say(to: string | undefined): Promise<void> {
    const { scheduler, history } = this.#world;
    const { user: from } = this.#visit;
    const sent = history.says(from, to);
    const { text } = sent;
    const request =
      to === undefined ? this.#room.request('broadcast', { text }) : this.#room.request('message', { to, text });
    // The user does not wait for every reply.
    const settled = this.#settle(sent, request);
    if (scheduler.random.chance(0.5)) await settled;
  }

  async #settle(sent: Sent, request: Promise<{ seq: number }>): Promise<void> {
    const { scheduler, history } = this.#world;
    try {
      const { seq } = await request;
      Object.assign(sent, { outcome: 'acknowledged', seq, settledAt: scheduler.now });
      this.#visit.activeAt = sent.sentAt;
      scheduler.note(`${this.#run.process.name} knows that "${sent.text}" is sent as ${seq}`);
    } catch (error) {
      // A repeat may find that the reader has deregistered after the first sending.
      const isGone = sent.to !== undefined && history.accounts.mayHaveLeft(sent.to);
      sent.outcome = this.#isRefused(error) && !isGone ? 'refused' : 'unknown';
      this.#failed(error);
    }
  }

  async #ask(request: Promise<unknown>): Promise<void> {
    const { scheduler } = this.#world;
    const askedAt = scheduler.now;
    try {
      await request;
      this.#visit.activeAt = askedAt;
    } catch (error) {
      this.#failed(error);
    }
  }

  #isRefused(error: unknown): boolean {
    return error instanceof this.#run.client.RefusalError && error.code !== 'internal';
  }

  #failed(error: unknown): void {
    const { client, process } = this.#run;
    this.#world.scheduler.note(`${process.name} gets an error: ${error}`);
    if (error instanceof client.RefusalError && error.code === 'not-logged-in')
      this.#world.history.dropped(this.#visit);
    // A client cannot tell which of its requests API Gateway's error is about. Over a dead network no answer comes.
    const { weather, gateway, history } = this.#world;
    const isRefused = error instanceof client.RefusalError && error.code !== 'internal';
    const isEnding = error instanceof client.ConnectionLostError || error instanceof client.ConnectionEndedError;
    if (history.isPerfectDay && !isRefused && !isEnding)
      this.#world.violated(`${process.name} gets an error on a perfect day: ${error}`);
    const mayBeUnanswered = weather.kill + weather.stall > 0 || gateway.hasDeadNetwork(process);
    if (error instanceof client.RequestTimeoutError && !mayBeUnanswered) {
      this.#world.violated(`${process.name} has no answer: ${error.message}`);
    }
  }
}
