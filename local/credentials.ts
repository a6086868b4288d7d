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

/** Gives out credentials, and knows by them who is calling. */
export class CredentialStore {
  readonly #identities = new Map<string, Identity>();

  /** @param caller tells who is calling, at the moment of a call. */
  issue(caller: () => Attribution): Credentials {
    // 128 random bits: holding the key id proves a caller; only S3, whose URLs are passed on, computes signatures again.
    const accessKeyId = `ASIA${randomBytes(16).toString('hex').toUpperCase()}`;
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

  /**
   * Who sent a request, by its SigV4 `Authorization` header; undefined for a request without one or with a key of elsewhere.
   * A page in the user's browser can send requests to this machine, but has no key.
   */
  caller(authorization: string | undefined): Attribution | undefined {
    const accessKeyId = /^AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)\//.exec(authorization ?? '')?.[1];
    return accessKeyId === undefined ? undefined : this.identify(accessKeyId)?.caller();
  }
}
