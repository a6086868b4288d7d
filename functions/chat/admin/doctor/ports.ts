import type { FileRecord } from '../../files/ports.ts';
import type { Account, Connection, Member, Positions, Session } from '../../model.ts';
import type { Leaving, Stream } from '../../ports.ts';
import type { ListPage } from '../list-page.ts';

/** A connection on record, with the time (epoch ms) when it was opened. */
export type KnownConnection = Connection & { readonly connectedAt: number };

/** The scans and repairs of `doctor`. Every repair is conditional: it returns false if the item has changed since it was read. */
export interface DoctorStore {
  accounts(from: string | undefined): Promise<ListPage<Account>>;
  /** The folded name of each account, by account id. */
  names(): Promise<ReadonlyMap<string, string>>;
  connections(from: string | undefined): Promise<ListPage<KnownConnection>>;
  files(from: string | undefined): Promise<ListPage<FileRecord>>;
  /** The keys of all objects that hold files. */
  objectKeys(from: string | undefined): Promise<ListPage<string>>;
  /** Ends a session without an account, and returns the seats to give back. Undefined if the session has changed. */
  dropSession(session: Session): Promise<Leaving | undefined>;
  /** The last number from a stream's counter (undefined without a counter), and its last number in messages, read first. */
  numbers(stream: Stream): Promise<{ readonly given: number | undefined; readonly stored: number }>;
  /** Moves a counter forward to the end of its stream. */
  catchUp(stream: Stream): Promise<void>;
  /** Sets a cursor back. */
  setBack(account: Account, stream: keyof Positions, to: number): Promise<boolean>;
  /** Sets or clears the blocked side of a block, to agree with the blocker's side. */
  completeBlock(blocker: Member, blocked: Member, stands: boolean): Promise<boolean>;
}
