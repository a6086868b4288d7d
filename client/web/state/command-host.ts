import type { FileTransfers } from '../../chat/chat-command.ts';
import type { NamesSeen } from '../../chat/names-seen.ts';
import type { RoomConnection } from '../../room/common.ts';
import type { Printed } from '../../terminal/line.ts';
import type { Conversation } from './conversation.ts';
import type { Outbox } from './outbox.ts';
import type { People } from './people.ts';

/** What the page's commands work with. */
export interface CommandHost {
  readonly room: RoomConnection;
  readonly names: NamesSeen;
  readonly people: People;
  readonly outbox: Outbox;
  readonly transfers: FileTransfers & { choose(to: string): void };
  /** The conversation on the screen. */
  readonly shown: Conversation;
  conversation(name: string): Conversation;
  open(name: string): void;
  print(conversation: Conversation, lines: readonly Printed[]): void;
  /** What the page shows beside the messages could not be read. */
  failed(error: unknown): void;
  /** Shows the form for a new password. */
  changePassword(): void;
}
