import { randomBytes } from 'node:crypto';
import type { Attribution } from './recorder.ts';

/** AWS credentials that only this room accepts. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Someone who holds credentials of this room. */
export interface Identity {
  readonly credentials: Credentials;
  /** Who is calling, at the moment of a call. */
  readonly caller: () => Attribution;
}

/** Gives out credentials, and knows by their key ids whose they are; that a caller holds the secret, too, its signature has to prove. */
export class CredentialStore {
  readonly #identities = new Map<string, Identity>();

  /** @param caller tells who is calling, at the moment of a call. */
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

  /** Whose key id this is; undefined for one of elsewhere. */
  identify(accessKeyId: string): Identity | undefined {
    return this.#identities.get(accessKeyId);
  }
}
