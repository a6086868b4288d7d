import type { Agent } from 'node:http';
import { ConnectError } from './errors.ts';

/** A proxy on the way to the room. */
export interface WebProxy {
  /** The proxy's address, without credentials. */
  readonly address: string;
  readonly agent: Agent;
}

const named = /^(https?|all)_proxy$/i;

/**
 * The proxy for an address, from the usual environment variables: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.
 * A room on this machine never uses a proxy. The proxy's modules are loaded only if there is a proxy.
 * @throws {ConnectError}
 */
export async function proxyFor(url: string): Promise<WebProxy | undefined> {
  if (!Object.entries(process.env).some(([name, value]) => named.test(name) && value)) return undefined;
  const target = new URL(url);
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(target.hostname)) return undefined;
  const [{ getProxyForUrl }, { HttpsProxyAgent }] = await Promise.all([
    import('proxy-from-env'),
    import('https-proxy-agent'),
  ]);
  const proxy = getProxyForUrl(url.replace(/^ws/, 'http'));
  if (proxy === '') return undefined;
  const address = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (!address || !/^https?:$/.test(address.protocol)) {
    throw new ConnectError('proxy', 'The proxy that HTTPS_PROXY names has no http:// or https:// address.');
  }
  if (!hasReadableCredentials(address)) {
    throw new ConnectError('proxy', 'The user or password of the proxy that HTTPS_PROXY names is not URL-encoded.');
  }
  return { address: `${address.protocol}//${address.host}`, agent: new HttpsProxyAgent(proxy) };
}

function hasReadableCredentials({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
