import { randomBytes } from 'node:crypto';
import type { Attribution } from './recorder.ts';

/** AWS credentials that are valid in this room only. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** An owner of credentials: a function's environment, or the operator. */
export interface Identity {
  readonly credentials: Credentials;
  /** Returns the caller and its current invocation. */
  readonly caller: () => Attribution;
}

/** Issues credentials, and finds their owners by key id. Only a valid signature proves that the caller has the secret. */
export class CredentialStore {
  readonly #identities = new Map<string, Identity>();

  /** @param caller returns the caller and its current invocation, at each call. */
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

  /** The owner of a key id. Undefined if this room did not issue it. */
  identify(accessKeyId: string): Identity | undefined {
    return this.#identities.get(accessKeyId);
  }
}
