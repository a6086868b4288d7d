import type { FileRecord } from '../../files/ports.ts';
import type { Account, Connection, Member, Positions, Session } from '../../model.ts';
import type { Leaving } from '../../ports.ts';
import type { Slice } from '../ports.ts';

/** A connection on record, and since when (epoch ms). */
export type KnownConnection = Connection & { readonly connectedAt: number };

/** Everything there is on record, from end to end, and repairs that nothing else ever needs. */
export interface Records {
  accounts(from: string | undefined): Promise<Slice<Account>>;
  /** Whose account each id is: the folded names. */
  names(): Promise<ReadonlyMap<string, string>>;
  connections(from: string | undefined): Promise<Slice<KnownConnection>>;
  files(from: string | undefined): Promise<Slice<FileRecord>>;
  /** Where bytes of files are. */
  objectKeys(from: string | undefined): Promise<Slice<string>>;
  /** Ends a session whose account is gone, and gives what is to be given back. Undefined if it has ended, or moved on. */
  dropSession(session: Session): Promise<Leaving | undefined>;
  /** Sets a cursor back, if it still is what it was. */
  setBack(account: Account, stream: keyof Positions, to: number): Promise<boolean>;
  /** Makes the blocked side say what the blocker's side says. False if the blocker's has changed meanwhile. */
  completeBlock(blocker: Member, blocked: Member, stands: boolean): Promise<boolean>;
}
