import prettyBytes from 'pretty-bytes';
import { type FileFailure, type LogoutReason, type NoticeEvent, refusals } from '../../protocol/index.ts';
import { type ForcedEnding, RefusalError, type ShownMessage } from '../room/common.ts';
import { type Line, span, type Text } from '../terminal/line.ts';
import { localMoment } from '../times.ts';
import { fileRefusal } from './file-texts.ts';
import type { SentMessage } from './sent-messages.ts';

/** Texts of the terminal client that do not belong to one command. */
export const texts = {
  greeting: 'Connecting to the chat room. Please log in: type what is asked for and press Enter.',
  askUser: 'Please enter your username (or "register", "de-register" or "quit"):',
  askUserAgain: 'Please enter your username:',
  askPassword: 'Please enter your password:',
  askNewUser: 'Please enter a new username:',
  askNewPassword: 'Please enter a new password:',
  passwordRule: (shortest: number) =>
    `A password has at least ${shortest} ${shortest === 1 ? 'character' : 'characters'}, and is not a common one. ` +
    'It is not shown while you type. Enter nothing to go back.',
  passwordTooShort: 'That is too short.',
  askPasswordAgain: 'Please enter it again:',
  passwordsDiffer: 'The two passwords differ. Please try again.',
  askInvitation: 'Please enter the code of your invitation (or nothing to go back):',
  registered: (user: string) => `You have registered "${user}". You can now log in.`,
  userExists: (user: string) => `The username "${user}" is taken. Please choose another one.`,
  askExistingUser: 'Please enter the username whose registration you want to cancel:',
  askCancel: (user: string) => `Are you sure you want to cancel the registration of ${user}? Enter "yes" or "no":`,
  cancelled: (user: string) => `The registration of "${user}" has been cancelled.`,
  notCancelled: (user: string) => `"${user}" is still registered.`,
  noSuchUser: (user: string) => `There is no user "${user}". Check the name, or enter "register" to create an account.`,
  wrongPassword: (triesLeft: number) =>
    `Wrong password. You have ${triesLeft} more ${triesLeft === 1 ? 'try' : 'tries'}.`,
  nowBlocked: (secondsLeft: number) =>
    'Wrong password. That was the last try: logins as this user from your network are blocked for ' +
    `${seconds(secondsLeft)} seconds. You can log in as another user.`,
  blocked: (secondsLeft: number) =>
    'Logins as this user from your network are blocked after wrong passwords. ' +
    `Try again in ${seconds(secondsLeft)} seconds.`,
  askOtherUser: 'Please enter another username:',
  alreadyOnline: 'This user is already logged in. Please enter another username:',
  loggedInElsewhere: (since: string) => loggedInElsewhere(since),
  askTakeOver: (since: string) => `${loggedInElsewhere(since)} Continue here instead? (y/n)`,
  useTakeOver: (since: string) => `${loggedInElsewhere(since)} To continue here instead, use --take-over.`,
  welcome: (user: string) => `Welcome to the chat room, ${user}! You are now logged in.`,
  title: (user: string) => `${user} - chat`,
  defaultCommand: (command: string) =>
    `A line that does not begin with a slash is carried out as "${command} <line>". ` +
    'Begin every other command with a slash: "/help", "/quit".',
  missed: 'Messages while you were away:',
  missedEnd: 'You can now enter commands:',
  leaving: 'You are leaving the chat room. See you again!',
  roomFull: 'The room is full, so you cannot log in now. Please try again later.',
  askAgain: (why: string) => `${why} Try again? Enter "yes" or "no":`,
  fullNow: 'The room is full, so you cannot log in now.',
  busyNow: 'Too many clients are connecting to the room.',
  busy: 'Too many clients are connecting to the room. Trying again for some minutes. Ctrl-C ends this ...',
  askRecipient: (lines: number, bytes: number) =>
    `You have pasted ${lines === 1 ? 'a line' : `${lines} lines`}, ${bytes} bytes. ` +
    'Enter the user who is to get this text as one message, "*" for everybody, or nothing to discard it:',
  notSent: 'Nothing was sent.',
  tooFast: 'You are sending faster than the room allows. Your commands wait, and are carried out one after the other.',
  connectionLost: 'The connection was lost. Reconnecting ...',
  waitingForStart: (message: string) =>
    `The chat room has been stopped. ${withFullStop(message)} You will be reconnected when it opens again.`,
  connectionRestored: 'The connection is restored.',
} as const;

const isSentence = (text: string) => /[.!?…]$/u.test(text);

const withFullStop = (text: string) => (text === '' || isSentence(text) ? text : `${text}.`);

const loggedInElsewhere = (since: string) => `You are logged in elsewhere since ${localMoment(new Date(since))}.`;

const seconds = (count: number) => count.toFixed(1);

/** How a session ended, after "logged out". */
export const logoutReasons: Readonly<Record<LogoutReason, string>> = {
  logout: '',
  timeout: ' (timed out)',
  lost: ' (connection lost)',
  kicked: ' (removed by the administrator)',
  deregistered: ' (registration cancelled)',
};

/** Users have logged in or out. */
export function noticeLine(notice: NoticeEvent): Exclude<Line, string> {
  if (notice.event === 'presence') {
    const { came, left, online } = notice;
    return nowLine(`System(broadcast): ${came} logged in, ${left} logged out. ${online} users are online.`);
  }
  const happened = notice.event === 'login' ? 'logged in.' : `logged out${logoutReasons[notice.reason]}.`;
  return {
    at: new Date(),
    text: [span('quiet', 'System(broadcast): "'), span('user', notice.user), span('quiet', `" has just ${happened}`)],
  };
}

const fileFailures: Readonly<Record<FileFailure, string>> = {
  unfinished: 'the upload was never completed',
  damaged: 'the uploaded bytes are not those that were announced',
  'no-such-user': 'this user no longer exists',
  blocked: 'the recipient has since blocked you',
  expired: 'it was not fetched in time',
};

/** A message of a stream, as the user `me` sees it. */
export function messageLine(message: ShownMessage, me: string | undefined): Exclude<Line, string> {
  return { at: new Date(message.sentAt), text: messageText(message, me) };
}

function messageText(message: ShownMessage, me: string | undefined): Text {
  switch (message.event) {
    case 'broadcast':
      return [author(message.from, me), span('quiet', '(broadcast):'), ` ${message.text}`];
    case 'message':
      return [
        author(message.from, me),
        ...(message.to === undefined ? [span('private', '(private):')] : addressed(message.to)),
        ` ${message.text}`,
      ];
    case 'file':
      return [
        author(message.from, me),
        span('private', '(file_transfer):'),
        ` ${message.name} `,
        span('quiet', `(${prettyBytes(message.size)})`),
      ];
    case 'file-received':
      return [span('user', message.by), ` has received your file "${message.name}".`];
    case 'file-declined':
      return [span('user', message.by), ` has declined your file "${message.name}".`];
    case 'file-failed':
      return [
        `Your file "${message.name}" has not reached `,
        span('user', message.to),
        `: ${fileFailures[message.reason]}.`,
      ];
  }
}

/** A sentence about something that happened just now. */
export function nowLine(sentence: string): Exclude<Line, string> {
  return { at: new Date(), text: [span('quiet', sentence)] };
}

/** The number of missed messages, and the time of the first. */
export function missedLine({ inbox, room }: { inbox: number; room: number }, since: string): Line {
  const count = [...(inbox > 0 ? [`${inbox} private`] : []), ...(room > 0 ? [`${room} broadcast`] : [])].join(', ');
  return { text: [span('strong', `${count} since ${localMoment(new Date(since))}`)] };
}

/** The user's own lines, and those of the room, do not get a user's colour. */
const author = (name: string, me: string | undefined) =>
  span(name === me || name === 'System' ? 'strong' : 'user', name);

/** To whom a private message was sent, and what became of it. */
const addressed = (to: string, state = '') => [
  span('private', '(private to '),
  span('user', to),
  span('private', `${state}):`),
];

/** A private message of the user's own, and whether the recipient got it or will get it. */
export function sentLine({ to, text, sentAt, delivery }: SentMessage, me = ''): Exclude<Line, string> {
  return { at: new Date(sentAt), text: [author(me, me), ...addressed(to, `, ${delivery}`), ` ${text}`] };
}

/** A private message that the user has sent or got, or a broadcast, in the history. */
export function historyLine(message: ShownMessage | SentMessage, me: string | undefined): Line {
  const line = 'delivery' in message ? sentLine(message, me) : messageLine(message, me);
  return { ...line, isDated: true };
}

/** Why a session ended, unless the user ended it. */
export function endingLine(ending: ForcedEnding): string {
  switch (ending.reason) {
    case 'timeout':
      return `You were inactive for ${seconds(ending.seconds)} seconds and have been logged out.`;
    case 'kicked':
      return `You have been removed from the chat room${isSentence(ending.why) ? '.' : ':'} ${ending.why}`;
    case 'stop':
      return [
        'The chat room has been stopped.',
        ...(ending.message ? [ending.retryAfter === undefined ? ending.message : withFullStop(ending.message)] : []),
        ...(ending.retryAfter !== undefined ? [`It will reopen in about ${seconds(ending.retryAfter)} seconds.`] : []),
      ].join(' ');
    case 'replaced':
      return 'You have logged in from somewhere else, so this connection was closed.';
    case 'lost':
      return `The connection was lost and could not be restored: ${sentence(ending.cause)}`;
    case 'failed':
      return `Something went wrong: ${sentence(ending.cause)}`;
  }
}

const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The subject of a command: a user, or a file with its sender or recipient. */
export interface ErrorSubject {
  readonly user?: string;
  readonly name?: string;
  /** The existing name that is nearest to one that does not exist. */
  readonly meant?: string;
}

/** Why a command was not carried out. */
export function errorLine(error: Error, { user = '', name, meant }: ErrorSubject = {}): Line {
  if (!(error instanceof RefusalError)) return alarm(error.message);
  const question = meant === undefined ? undefined : `Did you mean "${meant}"?`;
  const ofFile = name === undefined ? undefined : fileRefusal(error, user, name, question);
  return alarm(ofFile ?? refusalSentence(error, user, question));
}

const alarm = (sentence: string): Line => ({ text: [span('error', 'Error!'), ` ${sentence}`] });

function refusalSentence(
  { action, code, message, details }: RefusalError,
  user: string,
  question = 'Check the name and try again.',
): string {
  switch (code) {
    case 'block-self':
      return `You cannot ${action} yourself.`;
    case 'to-self':
      return 'You cannot send a message to yourself.';
    case 'already-blocked':
      return `You have already blocked ${user}.`;
    case 'not-blocked':
      return `You have not blocked ${user}.`;
    case 'no-such-user':
      return `There is no user "${user}". ${question}`;
    case 'blocked':
      return `${user} has blocked you, so you cannot send them messages.`;
    case 'too-long':
      return details.limit === undefined
        ? message
        : `${refusals['too-long']} Shorten it to ${details.limit} bytes or less.`;
    case 'rate-limited':
      return details.retryAfter === undefined
        ? message
        : `You are sending too fast. Please wait ${seconds(details.retryAfter)} seconds.`;
    case 'internal':
      return details.requestId === undefined ? message : `${message} (request ${details.requestId})`;
    default:
      return message;
  }
}
