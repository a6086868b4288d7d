import { ConnectionEndedError, type RoomConnection, type ShownMessage, type StreamName } from '../room/index.ts';
import type { Printed } from '../terminal/line.ts';
import type { Screen } from '../terminal/screen.ts';
import { ask, askNewPassword, EndOfInput } from './ask.ts';
import { fileTexts } from './file-texts.ts';
import { type Farewell, isFarewell, type TalkCommand } from './grammar.ts';
import { helpLines } from './help.ts';
import type { NamesSeen } from './names-seen.ts';
import { parseLine } from './parse-line.ts';
import { errorLine, fileErrorLine, historyLine, misusedLine, texts, unknownCommandLine } from './texts.ts';
import type { Transfers } from './transfers.ts';

/** What a conversation goes on with. */
export interface Talking {
  readonly screen: Screen;
  readonly room: RoomConnection;
  readonly names: NamesSeen;
  readonly transfers: Transfers;
}

/**
 * The conversation after the login: reads commands and carries them out, one after the other. What is still being
 * transferred at its end is finished.
 * @throws {EndOfInput | ConnectionEndedError}
 */
export async function talk(talking: Talking): Promise<Farewell> {
  try {
    return await readCommands(talking);
  } finally {
    await talking.transfers.finish();
  }
}

async function readCommands(talking: Talking): Promise<Farewell> {
  const { screen, room } = talking;
  for (;;) {
    const parsed = parseLine(await ask(screen, [], 'command', room.user));
    switch (parsed.kind) {
      case 'nothing':
        break;
      case 'unknown':
        screen.print(unknownCommandLine(parsed.word));
        break;
      case 'misused':
        screen.print(misusedLine(parsed.usage));
        break;
      case 'command': {
        const { command } = parsed;
        if (isFarewell(command)) return command.name;
        await screen.page(await answer(talking, command));
      }
    }
  }
}

async function answer(talking: Talking, command: TalkCommand): Promise<Printed[]> {
  try {
    return await carryOut(talking, command);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof ConnectionEndedError || error instanceof EndOfInput) throw error;
    if ('offer' in command) return [fileErrorLine(error, { user: command.offer.from, name: command.offer.name })];
    const about = 'user' in command ? command.user : 'to' in command ? command.to : '';
    return [errorLine(error, about)];
  }
}

async function carryOut({ screen, room, names, transfers }: Talking, command: TalkCommand): Promise<Printed[]> {
  const list = (
    heading: string,
    { users, total = users.length }: { users: string[]; total?: number | undefined },
  ): Printed[] => {
    names.add(...users);
    const shown = [heading, users.length > 0 ? { users } : texts.nobody];
    return total > users.length ? [...shown, texts.more(total - users.length)] : shown;
  };
  switch (command.name) {
    case 'help':
      return helpLines(command.about);
    case 'whoelse':
      return list(texts.others, await room.request('whoelse', {}));
    case 'wholasthr':
      return list(texts.recent, await room.request('wholasthr', {}));
    case 'blocklist':
      return list(texts.blocklist, await room.request('blocklist', {}));
    case 'broadcast': {
      const { seq } = await room.request('broadcast', { text: command.text });
      // The room says it to everyone, its sender too: it is printed as it comes back.
      await room.shown('room', seq);
      return [];
    }
    case 'message': {
      const { delivery } = await room.request('message', { to: command.to, text: command.text });
      return delivery === 'stored' ? [texts.stored(command.to)] : [];
    }
    case 'file':
      transfers.send(command.to, command.path);
      return [];
    case 'fileget':
      if (!command.offer) return offeredFiles(room, names);
      transfers.get(command.offer.from, command.offer.name);
      return [];
    case 'filedecline': {
      const { from, name } = command.offer;
      await transfers.decline(from, name);
      return [fileTexts.declined(name, from)];
    }
    case 'block':
      await room.request('block', { user: command.user });
      return [texts.blockDone(command.user)];
    case 'unblock':
      await room.request('unblock', { user: command.user });
      return [texts.unblockDone(command.user)];
    case 'history':
      return history(room, command.stream, command.count);
    case 'passwd': {
      const oldPassword = await ask(screen, [texts.askOldPassword], 'secret');
      await room.changePassword(oldPassword, await askNewPassword(screen));
      return [texts.passwordChanged];
    }
  }
}

async function offeredFiles(room: RoomConnection, names: NamesSeen): Promise<Printed[]> {
  const { files = [], more } = await room.request('fileget', {});
  names.offered(...files);
  if (files.length === 0) return [fileTexts.noneOffered];
  return [...files.map(({ from, name }) => fileTexts.offered(name, from)), ...(more ? [fileTexts.moreOffered] : [])];
}

async function history(room: RoomConnection, stream: StreamName, limit: number): Promise<Printed[]> {
  const { messages } = await room.request('history', { stream, limit });
  const shown = messages.filter((message): message is ShownMessage => message.event !== 'hidden');
  return [texts.history[stream], ...shown.map((message) => historyLine(message, room.user))];
}
