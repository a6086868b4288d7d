import { batch, computed, effect, type Signal, signal } from '@preact/signals';
import { foldName, type NoticeEvent } from '../../../protocol/index.ts';
import { learnNames } from '../../chat/learn-names.ts';
import { NamesSeen } from '../../chat/names-seen.ts';
import { summaryOf } from '../../chat/summary.ts';
import { errorLine } from '../../chat/texts.ts';
import { ConnectionEndedError, type ForcedEnding, type RoomConnection, type ShownMessage } from '../../room/common.ts';
import type { Printed } from '../../terminal/line.ts';
import { texts } from '../texts.ts';
import type { Attention } from './attention.ts';
import type { CommandHost } from './command-host.ts';
import { Commands } from './commands.ts';
import { Conversation, roomId } from './conversation.ts';
import { History } from './history.ts';
import type { Item } from './items.ts';
import { Outbox } from './outbox.ts';
import { PageTransfers } from './page-transfers.ts';
import { People } from './people.ts';
import { storedOfUser } from './storage.ts';
import { conversationOf, itemOf, noticeNow, noticeText } from './to-item.ts';

/** What the page knows about the connection while a user is logged in. */
export type Link = 'connected' | 'lost' | 'too-fast' | { readonly stopped: string };

/**
 * A user's time in the room, from a login or a reload to the end of the session. Reconnections continue it. The next login reads
 * the history anew: another client of the user may have shown messages meanwhile.
 */
export class Chat implements CommandHost {
  readonly me: string;
  /** When the page was opened, or the user logged in: milliseconds since 1970. */
  readonly since = Date.now();
  readonly conversations: Signal<readonly Conversation[]>;
  readonly active: Signal<Conversation>;
  /** Counts how often the user has opened a conversation, even if it was open already. */
  readonly opened = signal(0);
  /** On a narrow screen: whether the list of conversations is shown, in place of the conversation. */
  readonly isListShown = signal(false);
  readonly link: Signal<Link> = signal('connected');
  /** Why the session has ended. Undefined while it lasts. */
  readonly ending: Signal<ForcedEnding | undefined> = signal(undefined);
  readonly names = new NamesSeen();
  readonly people: People;
  readonly outbox: Outbox;
  readonly history: History;
  readonly commands: Commands;
  readonly transfers: PageTransfers;
  /** Whether the form for a new password is shown. */
  readonly isChangingPassword = signal(false);
  readonly unread = computed(() => this.conversations.value.reduce((sum, { unread }) => sum + unread.value, 0));
  readonly #attention: Attention;
  readonly #activeName = storedOfUser<string>('active', '');
  /** The users of the private conversations, for a reload. */
  readonly #names = storedOfUser<readonly string[]>('conversations', []);
  /** Whether everything missed before the login has been shown. */
  #hasCaughtUp = false;
  readonly room: RoomConnection;

  constructor(room: RoomConnection, me: string, attention: Attention) {
    this.room = room;
    this.me = me;
    this.#attention = attention;
    const everyone = new Conversation('');
    this.conversations = signal([everyone]);
    this.active = signal(everyone);
    for (const name of this.#names.peek()) this.conversation(name);
    const shared = { room, conversation: (name: string) => this.conversation(name) };
    this.people = new People(room, (user) => this.#known(user)?.came());
    this.outbox = new Outbox({ ...shared, me });
    this.history = new History({ ...shared, found: (conversation, items) => this.outbox.found(conversation, items) });
    this.transfers = new PageTransfers({
      ...shared,
      names: this.names,
      open: (name) => this.open(name),
      print: (line) => this.print(this.shown, [line]),
    });
    this.commands = new Commands(this);
    effect(() => {
      if (this.ending.value) for (const one of this.conversations.peek()) one.forgetStored();
    });
    if (this.#activeName.peek() !== '') this.open(this.#activeName.peek());
    this.names.me = me;
    this.names.learn = learnNames(room, this.names);
  }

  /** Reads everything that the page shows after a login: missed messages, users, blocks, waiting files and history. */
  async catchUp(): Promise<void> {
    await Promise.all([
      this.commands.greet(),
      this.people.learnOnline(),
      this.people.learnBlocked(),
      // In this order: a file that comes in between must not be missing in both.
      this.#showMissed().then(() => this.#learnOffers()),
    ]);
    const [everyone] = this.conversations.peek();
    this.transfers.prepare();
    await Promise.all([everyone, this.shown].map((one) => one && this.history.open(one)));
    await this.history.learnConversations();
  }

  async #showMissed(): Promise<void> {
    await this.room.caughtUp();
    this.#hasCaughtUp = true;
    this.look();
  }

  async #learnOffers(): Promise<void> {
    const { files = [] } = await this.room.request('fileget', {});
    this.transfers.offers.learn(files);
    this.names.offered(...files);
  }

  /** The conversation with a user, or that of everybody for the name ''. */
  conversation(name: string): Conversation {
    const id = foldName(name);
    const known = this.#known(name);
    if (known) return known;
    // A user may have typed the name in another case.
    const added = new Conversation(this.names.users.find((user) => foldName(user) === id) ?? name);
    this.conversations.value = [...this.conversations.peek(), added];
    this.#names.value = [...this.#names.peek().filter((one) => foldName(one) !== id), added.name];
    return added;
  }

  #known(name: string): Conversation | undefined {
    return this.conversations.peek().find(({ id }) => id === foldName(name));
  }

  get shown(): Conversation {
    return this.active.peek();
  }

  changePassword(): void {
    this.isChangingPassword.value = true;
  }

  open(name: string): void {
    this.show(this.conversation(name), false);
    this.act();
  }

  /** Shows a conversation; on a narrow screen, the list in its place if `isListShown`. */
  show(conversation: Conversation, isListShown: boolean): void {
    if (this.shown !== conversation) this.shown.leave();
    batch(() => {
      this.#activeName.value = conversation.name;
      this.active.value = conversation;
      this.isListShown.value = isListShown;
      this.opened.value += 1;
      if (!isListShown) conversation.see();
    });
    // Not before: missed messages are shown as unread, but the history would show them as read.
    if (this.#hasCaughtUp) this.history.open(conversation).catch((error: unknown) => this.failed(error));
  }

  /** Call it when the user does something. Refreshes the list of users if it may be out of date. */
  act(): void {
    this.people.refresh().catch(() => this.people.lost());
  }

  /** Call it when the screen has changed, for example because the page has become visible. */
  look(): void {
    if (this.#isWatched(this.active.peek())) this.active.peek().see();
  }

  send(conversation: Conversation, text: string): void {
    this.outbox.send(conversation, text);
    this.act();
    this.#attention.offer(this.me);
  }

  /** Lets the user choose files to send. */
  chooseFiles({ isRoom, name }: Conversation): void {
    if (isRoom) this.#refuseFiles();
    else this.transfers.choose(name);
  }

  /** Sends files that were pasted or dropped. */
  sendFiles({ isRoom, name }: Conversation, files: readonly File[]): void {
    if (isRoom) this.#refuseFiles();
    else this.transfers.sendAll(name, files);
  }

  #refuseFiles(): void {
    this.print(this.#everyone, [texts.fileToOne]);
  }

  take(message: ShownMessage, isMissed: boolean): void {
    this.names.message(message);
    if (this.transfers.settle(message)) return;
    // A message that was delayed by a short loss of the connection counts as a new one.
    const isNew = !isMissed || this.#hasCaughtUp;
    // A file that was missed before the login may be gone. The room lists those that wait.
    if (message.event === 'file' && isNew) this.transfers.offers.waits(message);
    const conversation = this.conversation(conversationOf(message));
    this.history.shown(message, conversation);
    const isOwn = message.event === 'broadcast' && message.from === this.me;
    if (isOwn) this.outbox.returned(conversation, message.text);
    conversation.add(itemOf(message), isOwn || (isNew && this.#isWatched(conversation)));
    const summary = summaryOf(message, this.me);
    if (summary !== undefined) this.#attention.notify(summary, message, () => this.open(conversation.name));
  }

  linkChanged(state: 'lost' | 'restored'): void {
    const wasStopped = typeof this.link.peek() === 'object';
    this.link.value = state === 'lost' ? 'lost' : 'connected';
    if (state === 'lost') return;
    this.people.lost();
    // After a stop, users have left without a notice, so read the list again. The request counts as activity, but so does the
    // login before it: it keeps no idle user logged in.
    if (wasStopped) this.act();
  }

  stopped(message: string): void {
    this.link.value = { stopped: message };
  }

  /** A request was too fast for the room, and is sent again after this many seconds. */
  waiting(seconds: number): void {
    this.link.value = 'too-fast';
    setTimeout(() => {
      if (this.link.peek() === 'too-fast') this.link.value = 'connected';
    }, seconds * 1000);
  }

  /** Shows why the page could not read a list or the history. */
  failed(error: unknown): void {
    if (error instanceof Error && !(error instanceof ConnectionEndedError)) this.print(this.shown, [errorLine(error)]);
  }

  notice(notice: NoticeEvent): void {
    this.names.notice(notice);
    this.people.notice(notice);
    this.#everyone.add(noticeNow(noticeText(notice)), true);
  }

  /** Shows what a command has printed, to this user only. */
  print(conversation: Conversation, lines: readonly Printed[]): void {
    const item: Item = { ...noticeNow(''), kind: 'output', lines };
    conversation.add(item, true);
  }

  get #everyone(): Conversation {
    return this.conversation(roomId);
  }

  #isWatched(conversation: Conversation): boolean {
    return conversation === this.active.peek() && document.visibilityState === 'visible' && !this.isListShown.peek();
  }
}
