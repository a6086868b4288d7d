import { randomBytes } from 'node:crypto';
import type { Attribution } from './recorder.ts';

/** AWS credentials that only this room accepts. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** A holder of this room's credentials: a function's environment, or the operator. */
export interface Identity {
  readonly credentials: Credentials;
  /** Tells the caller and its current invocation. */
  readonly caller: () => Attribution;
}

/** Issues credentials, and finds their holders by key id. The signature must prove that the caller has the secret. */
export class CredentialStore {
  readonly #identities = new Map<string, Identity>();

  /** @param caller tells the caller and its current invocation at the time of a call. */
  issue(caller: () => Attribution): Credentials {
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    const credentials = {
      accessKeyId,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(48).toString('base64'),
    };
    this.#identities.set(accessKeyId, { credentials, caller });
    return credentials;
  }

  /** The holder of a key id; undefined if this room did not issue it. */
  identify(accessKeyId: string): Identity | undefined {
    return this.#identities.get(accessKeyId);
  }
}
