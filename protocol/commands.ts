import * as v from 'valibot';
import { streamMessage } from './events.ts';
import { field } from './fields.ts';
import type { RefusalCode } from './refusals.ts';

/**
 * One action of the wire. Routes, permission, validation, help and completion are derived from this entry;
 * nothing of it is said a second time.
 */
export interface Command {
  /** One line for `help`. */
  readonly summary: string;
  /** Who may say it: `anyone` connected, a connection not logged in yet (`guest`), or a logged-in `member`. */
  readonly who: 'anyone' | 'guest' | 'member';
  /** Whether it counts as activity for TIME_OUT. */
  readonly activity: boolean;
  /**
   * How the reply goes back: as API Gateway's route response; not at all (only refusals are posted); as a post,
   * because the room closes the connection right after; or from a MOCK integration with no Lambda behind it.
   */
  readonly reply: 'response' | 'none' | 'posted' | 'mock';
  /**
   * What a client does that lost the connection before the reply came, and cannot know whether the room carried it out: asks
   * again, which does no harm (`as-is`); sends it again with the same `id` and `again: true`, by which the room knows what it
   * has carried out already (`marked`); asks again, and takes one refusal for a yes (`doneIf`); or tells the user (`never`).
   */
  readonly repeat: 'as-is' | 'marked' | 'never' | { readonly doneIf: RefusalCode };
  /** The arguments; order is the order in which a person types them. */
  readonly request: v.ObjectEntries;
  /** What a reply holds beside `ok: true`. */
  readonly result: v.ObjectEntries;
  /**
   * The refusals particular to it. `bad-request`, `not-logged-in`, `internal`, `rate-limited` may come anywhere, and
   * `already-logged-in` to whatever only a guest may say.
   */
  readonly refusals: readonly RefusalCode[];
}

const command = <const C extends Command>(entry: C): C => entry;

/** So many users as a frame can hold, and how many there are. */
const usersListed = { users: v.array(v.string()), total: field.count } as const;

const streamPositions = { inbox: field.seq, room: field.seq } as const;

const waitingFile = v.object({
  from: v.string(),
  name: v.string(),
  size: field.fileSize,
  sha256: field.sha256,
  sentAt: field.time,
});

const streamsShown = { inbox: v.optional(field.seq), room: v.optional(field.seq) } as const;

const session = {
  user: v.string(),
  token: v.string(),
  timeOut: v.number(),
  unread: v.object({ inbox: field.count, room: field.count }),
} as const;

const passwordRefusals = ['no-such-user', 'wrong-password', 'login-blocked', 'already-online'] as const;

export const commands = {
  register: command({
    summary: 'Create an account',
    who: 'guest',
    activity: false,
    reply: 'response',
    repeat: 'never',
    request: { user: field.unicode, password: field.unicode },
    result: { user: v.string() },
    refusals: ['user-exists', 'invalid-user', 'invalid-password', 'room-stopped'],
  }),
  login: command({
    summary: 'Log in',
    who: 'guest',
    activity: true,
    reply: 'response',
    repeat: 'never',
    request: {
      user: field.user,
      password: field.password,
      newPassword: v.optional(field.unicode),
      newToken: v.optional(field.newToken),
    },
    result: session,
    refusals: [...passwordRefusals, 'password-change-required', 'invalid-password', 'room-full', 'room-stopped'],
  }),
  resume: command({
    summary: 'Go on with a session over a new connection',
    who: 'guest',
    activity: true,
    reply: 'response',
    repeat: 'never',
    request: { user: field.user, token: field.token, newToken: v.optional(field.newToken) },
    result: session,
    refusals: ['bad-token', 'room-stopped'],
  }),
  deregister: command({
    summary: 'Delete an account, its messages and its files',
    who: 'guest',
    activity: false,
    reply: 'response',
    repeat: 'never',
    request: { user: field.user, password: field.password },
    result: {},
    refusals: [...passwordRefusals, 'password-change-required', 'room-stopped'],
  }),
  ping: command({
    summary: 'Keep the connection alive',
    who: 'anyone',
    activity: false,
    reply: 'mock',
    repeat: 'as-is',
    request: {},
    result: {},
    refusals: [],
  }),
  whoelse: command({
    summary: 'List who else is online',
    who: 'member',
    activity: true,
    reply: 'response',
    repeat: 'as-is',
    request: {},
    result: usersListed,
    refusals: [],
  }),
  wholasthr: command({
    summary: 'List who else was online within the last hour',
    who: 'member',
    activity: true,
    reply: 'response',
    repeat: 'as-is',
    request: {},
    // Rooms of the first version gave no total here.
    result: { ...usersListed, total: v.optional(field.count) },
    refusals: [],
  }),
  broadcast: command({
    summary: 'Say something to everyone',
    who: 'member',
    activity: true,
    reply: 'response',
    repeat: 'marked',
    request: { text: field.text },
    result: { seq: field.seq, sentAt: field.time, online: field.count },
    refusals: ['too-long'],
  }),
  message: command({
    summary: 'Say something to one user, online or not',
    who: 'member',
    activity: true,
    reply: 'response',
    repeat: 'marked',
    request: { to: field.user, text: field.text },
    result: { delivery: v.picklist(['delivered', 'stored']), seq: field.seq, sentAt: field.time },
    refusals: ['no-such-user', 'to-self', 'blocked', 'too-long'],
  }),
  block: command({
    summary: 'Hear no more of a user',
    who: 'member',
    activity: true,
    reply: 'response',
    repeat: { doneIf: 'already-blocked' },
    request: { user: field.user },
    result: {},
    refusals: ['no-such-user', 'block-self', 'already-blocked', 'too-many-blocked', 'too-many-blockers'],
  }),
  unblock: command({
    summary: 'Hear of a blocked user again',
    who: 'member',
    activity: true,
    reply: 'response',
    repeat: { doneIf: 'not-blocked' },
    request: { user: field.user },
    result: {},
    refusals: ['no-such-user', 'not-blocked', 'block-self'],
  }),
  blocklist: command({
    summary: 'List whom you have blocked',
    who: 'member',
    activity: true,
    reply: 'response',
    repeat: 'as-is',
    request: {},
    result: { users: v.array(v.string()) },
    refusals: [],
  }),
  file: command({
    summary: 'Send a file to one user, online or not',
    who: 'member',
    activity: true,
    reply: 'response',
    repeat: 'as-is',
    request: { to: field.user, name: field.unicode, size: field.fileSize, sha256: field.sha256 },
    result: {
      url: v.string(),
      method: v.literal('PUT'),
      headers: v.record(v.string(), v.string()),
      expiresAt: field.time,
    },
    refusals: ['no-such-user', 'to-self', 'blocked', 'file-too-large', 'invalid-file-name', 'file-exists'],
  }),
  fileget: command({
    summary: 'List the files that wait for you, or get one of them',
    who: 'member',
    activity: true,
    reply: 'response',
    repeat: 'as-is',
    request: { from: v.optional(field.user), name: v.optional(field.fileName) },
    result: {
      files: v.optional(v.array(waitingFile)),
      more: v.optional(v.boolean()),
      url: v.optional(v.string()),
      size: v.optional(field.fileSize),
      sha256: v.optional(field.sha256),
      expiresAt: v.optional(field.time),
    },
    refusals: ['no-such-file'],
  }),
  filedone: command({
    summary: 'Tell that you have a file: the stored copy goes',
    who: 'member',
    activity: true,
    reply: 'response',
    repeat: { doneIf: 'no-such-file' },
    request: { from: field.user, name: field.fileName },
    result: {},
    refusals: ['no-such-file'],
  }),
  filedecline: command({
    summary: 'Decline a file: the stored copy goes',
    who: 'member',
    activity: true,
    reply: 'response',
    repeat: { doneIf: 'no-such-file' },
    request: { from: field.user, name: field.fileName },
    result: {},
    refusals: ['no-such-file'],
  }),
  sync: command({
    summary: 'Get the messages after a position',
    who: 'member',
    activity: false,
    reply: 'response',
    repeat: 'as-is',
    request: { inbox: v.optional(field.seq), room: v.optional(field.seq), limit: v.optional(field.pageSize) },
    result: { messages: v.array(streamMessage), upTo: v.object(streamPositions), more: v.boolean() },
    refusals: [],
  }),
  ack: command({
    summary: 'Tell which messages have been shown',
    who: 'member',
    activity: false,
    reply: 'none',
    repeat: 'as-is',
    request: streamsShown,
    result: {},
    refusals: [],
  }),
  history: command({
    summary: 'Show earlier messages',
    who: 'member',
    activity: true,
    reply: 'response',
    repeat: 'as-is',
    request: { stream: field.stream, before: v.optional(field.seq), limit: v.optional(field.pageSize) },
    result: { messages: v.array(streamMessage), more: v.boolean() },
    refusals: [],
  }),
  passwd: command({
    summary: 'Change your password',
    who: 'member',
    activity: true,
    reply: 'response',
    repeat: 'never',
    request: {
      oldPassword: field.password,
      newPassword: field.unicode,
      newToken: v.optional(field.newToken),
    },
    result: {},
    refusals: ['wrong-password', 'login-blocked', 'invalid-password'],
  }),
  logout: command({
    summary: 'Leave the room',
    who: 'member',
    activity: false,
    reply: 'posted',
    repeat: 'as-is',
    request: streamsShown,
    result: {},
    refusals: [],
  }),
} as const satisfies Record<string, Command>;

export type Action = keyof typeof commands;
export const actions = Object.keys(commands) as Action[];

type Entries<E extends v.ObjectEntries> = v.InferOutput<v.StrictObjectSchema<E, undefined>>;

/** A command's arguments, as parsed. */
export type Arguments<A extends Action> = Entries<(typeof commands)[A]['request']>;
/** A command's result, as it stands in the reply beside `ok: true`. */
export type Result<A extends Action> = Entries<(typeof commands)[A]['result']>;

/** Whether this is an action of the wire: own keys only, so that `constructor` is none. */
export function isAction(name: unknown): name is Action {
  return typeof name === 'string' && Object.hasOwn(commands, name);
}
