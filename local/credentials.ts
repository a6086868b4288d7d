import { randomBytes } from 'node:crypto';
import type { Attribution } from './recorder.ts';

/** AWS credentials that only this room accepts. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Gives out credentials, and knows by them who is calling. */
export class CredentialStore {
  readonly #callers = new Map<string, () => Attribution>();

  /** @param caller tells who is calling, at the moment of a call. */
  issue(caller: () => Attribution): Credentials {
    // 128 random bits: holding the key id is what proves a caller, so signatures need not be computed again.
    const accessKeyId = `ASIA${randomBytes(16).toString('hex').toUpperCase()}`;
    this.#callers.set(accessKeyId, caller);
    return {
      accessKeyId,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(48).toString('base64'),
    };
  }

  revoke(credentials: Credentials): void {
    this.#callers.delete(credentials.accessKeyId);
  }

  /**
   * Who sent a request, by its SigV4 `Authorization` header; undefined for a request without one or with a key of elsewhere.
   * A page in the user's browser can send requests to this machine, but has no key.
   */
  caller(authorization: string | undefined): Attribution | undefined {
    const accessKeyId = /^AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)\//.exec(authorization ?? '')?.[1];
    return accessKeyId === undefined ? undefined : this.#callers.get(accessKeyId)?.();
  }
}
