import { type EventOf, type FileFailure, type LogoutReason, refusals } from '../../protocol/index.ts';
import { type ForcedEnding, RefusalError, type ShownMessage } from '../room/index.ts';
import { type Line, span, type Text } from '../terminal/line.ts';
import { localDate, localTime } from '../times.ts';
import { fileRefusal } from './file-texts.ts';

/** Everything the terminal client says, in the words of the program it follows. */
export const texts = {
  greeting:
    'Now you are trying to connect to the Chatting room! You should log in first. Type required information and hit enter!',
  askUser: 'Please enter your username: (or you can "quit" or "register" or "de-register" by those commands)',
  askUserAgain: 'Please enter your username:',
  askPassword: 'Please enter your password:',
  askNewUser: 'Please enter your new user name:',
  askNewPassword: 'Please enter your new password:',
  askPasswordAgain: 'Please re-enter your password:',
  passwordsDiffer: 'The two passwords are not the same. Please try again!',
  registered: (user: string) => `You have successfully registered "${user}". Please continue!`,
  userExists: (user: string) => `The user name "${user}" is taken. Please try another one!`,
  askExistingUser: 'Please enter your existing user name:',
  askCancel: (user: string) => `Are you sure to cancel your registration for ${user}? Enter "yes" or "no":`,
  cancelled: (user: string) => `You have successfully cancelled "${user}". Please continue!`,
  notCancelled: (user: string) => `"${user}" has not been cancelled. Please continue!`,
  noSuchUser: (user: string) => `There is no user "${user}". Please try again!`,
  wrongPassword: (triesLeft: number) =>
    `Wrong password! You have ${triesLeft} times to give another try for this user on this machine in this connection session!`,
  nowBlocked: (secondsLeft: number) =>
    `Wrong password for 3 times. You are blocked. Please try to log-in with this user after ${seconds(secondsLeft)} seconds. Or you can try another user in this machine.`,
  blocked: (secondsLeft: number) =>
    `You are blocked! Please wait, you have ${seconds(secondsLeft)} seconds left to log in using this name again!`,
  askOtherUser: 'You can try another user:',
  alreadyOnline: 'The present user is being logged in. Please use another user to log-in:',
  welcome: (user: string) => `Welcome to the Chatting room user "${user}"! Now you have successfully logged in!`,
  missed: 'The off-line messages during you are not in:',
  missedEnd: 'Now you can input commands as above instructed:',
  leaving: 'You are leaving the chatting room! See you again!',
  roomFull: 'The limit of users online has been reached, and you will be logged out automatically.',
  connectionLost: 'The connection was lost. Reconnecting ...',
  waitingForStart: (message: string) =>
    `The chatting room has been stopped. ${message} You will be back when it opens again ...`,
  connectionRestored: 'The connection is back.',
} as const;

const seconds = (count: number) => count.toFixed(1);

const why: Readonly<Record<LogoutReason, string>> = {
  logout: '',
  timeout: ' (timed out)',
  lost: ' (connection lost)',
  kicked: ' (removed by the administrator)',
  deregistered: ' (registration cancelled)',
};

/** Users have logged in or out. */
export function noticeLine(notice: EventOf<'login' | 'logout' | 'presence'>): Line {
  if (notice.event === 'presence') {
    const { came, left, online } = notice;
    return nowLine(`System(broadcast): ${came} logged in, ${left} logged out. ${online} users are online.`);
  }
  const happened = notice.event === 'login' ? 'logged in.' : `logged out${why[notice.reason]}.`;
  return {
    at: new Date(),
    text: [span('quiet', 'System(broadcast): "'), span('user', notice.user), span('quiet', `" has just ${happened}`)],
  };
}

const whyFailed: Readonly<Record<FileFailure, string>> = {
  unfinished: 'the upload was never completed',
  damaged: 'what was uploaded is not what had been announced',
  'no-such-user': 'there is no such user any more',
  blocked: 'the recipient has since blocked you',
  expired: 'it was not fetched in time',
};

/** A message of a stream; `me` is who reads it. */
export function messageLine(message: ShownMessage, me: string | undefined): Line {
  return { at: new Date(message.sentAt), text: messageWords(message, me) };
}

function messageWords(message: ShownMessage, me: string | undefined): Text {
  switch (message.event) {
    case 'broadcast':
      return [author(message.from, me), span('quiet', '(broadcast):'), ` ${message.text}`];
    case 'message':
      return [author(message.from, me), span('private', '(private):'), ` ${message.text}`];
    case 'file':
      return [author(message.from, me), span('private', '(file_transfer):'), ` ${message.name}`];
    case 'file-received':
      return [span('user', message.by), ` has received your file "${message.name}".`];
    case 'file-declined':
      return [span('user', message.by), ` has declined your file "${message.name}".`];
    case 'file-failed':
      return [
        `Your file "${message.name}" has not reached `,
        span('user', message.to),
        `: ${whyFailed[message.reason]}.`,
      ];
  }
}

/** What happened just now. */
export function nowLine(sentence: string): Line {
  return { at: new Date(), text: [span('quiet', sentence)] };
}

/** How many messages were missed, and since when. */
export function missedLine({ inbox, room }: { inbox: number; room: number }, since: string): Line {
  const count = [...(inbox > 0 ? [`${inbox} private`] : []), ...(room > 0 ? [`${room} broadcast`] : [])].join(', ');
  return { text: [span('strong', `${count} since ${dateAndTime(since)}`)] };
}

/** One's own lines, and the room's own, are no user's colour. */
const author = (name: string, me: string | undefined) =>
  span(name === me || name === 'System' ? 'strong' : 'user', name);

/** A message of long ago, with its local date and time. */
export function historyLine(message: ShownMessage, me: string | undefined): Line {
  return { text: [span('quiet', dateAndTime(message.sentAt)), ' ', ...messageWords(message, me)] };
}

function dateAndTime(time: string): string {
  const at = new Date(time);
  return `${localDate(at)} ${localTime(at)}`;
}

/** Why the session is over, unless the user wanted it so. */
export function endingLine(ending: ForcedEnding): string {
  switch (ending.reason) {
    case 'timeout':
      return `Time out for ${seconds(ending.seconds)} seconds.`;
    case 'kicked':
      return `You have been removed from the chatting room: ${ending.why}`;
    case 'stop':
      return [
        'The chatting room has been stopped.',
        ...(ending.message ? [ending.message] : []),
        ...(ending.retryAfter !== undefined ? [`It will be back in about ${seconds(ending.retryAfter)} seconds.`] : []),
      ].join(' ');
    case 'replaced':
      return 'You have logged in from somewhere else: this connection is closed.';
    case 'lost':
      return `The connection was lost, and could not be restored: ${sentence(ending.cause)}`;
    case 'failed':
      return `Something went wrong: ${sentence(ending.cause)}`;
  }
}

const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** What a command was about: a user; or a file, with the user at its other end. */
export interface ErrorSubject {
  readonly user?: string;
  readonly name?: string;
}

/** Why a command was not carried out. */
export function errorLine(error: Error, { user = '', name }: ErrorSubject = {}): Line {
  if (!(error instanceof RefusalError)) return alarm(error.message);
  const ofFile = name === undefined ? undefined : fileRefusal(error, user, name);
  return alarm(ofFile ?? refusalSentence(error, user));
}

const alarm = (sentence: string): Line => ({ text: [span('error', 'Error!'), ` ${sentence}`] });

function refusalSentence({ action, code, message, details }: RefusalError, user: string): string {
  switch (code) {
    case 'block-self':
      return `You cannot ${action} yourself! Please try again!..`;
    case 'to-self':
      return 'You cannot send a message to yourself! Please try again!..';
    case 'already-blocked':
      return `You have already blocked ${user}! Please try again!..`;
    case 'not-blocked':
      return `You have not blocked ${user}! Please try again!..`;
    case 'no-such-user':
      return `There is no user "${user}"! Please try again!..`;
    case 'blocked':
      return `You cannot send a message to ${user}, who has blocked you.`;
    case 'too-long':
      return details.limit === undefined
        ? message
        : `${refusals['too-long']} At most ${details.limit} bytes are taken.`;
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
