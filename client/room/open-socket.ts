import { WebSocket } from 'ws';
import { limits } from '../../protocol/index.ts';
import { ConnectError } from './errors.ts';
import { proxyFor, type WebProxy } from './proxy.ts';
import { addressOf } from './purpose.ts';

/** Milliseconds until a host that does not answer counts as unreachable: a firewall may drop the packets. */
const hostTimeout = 7_000;

/**
 * Opens a WebSocket.
 * @param timeout Milliseconds.
 * @throws {ConnectError} with one line that tells a person what is wrong.
 */
export async function openSocket(url: string, timeout: number): Promise<WebSocket> {
  const proxy = URL.canParse(url) ? await proxyFor(url) : undefined;
  const address = addressOf(url);
  return new Promise((resolve, reject) => {
    let socket: WebSocket;
    try {
      socket = new WebSocket(url, {
        handshakeTimeout: timeout,
        // API Gateway does not support WebSocket compression.
        perMessageDeflate: false,
        // API Gateway sends no larger message. A larger one closes the socket with 1009.
        maxPayload: limits.frameBytes,
        agent: proxy?.agent,
        finishRequest(request) {
          const silence = setTimeout(() => request.destroy(new Error('timed out')), Math.min(timeout, hostTimeout));
          const answered = () => clearTimeout(silence);
          // The agent of a proxy returns a connected socket.
          request.once('socket', (one) => (one.connecting ? one.once('connect', answered) : answered()));
          request.once('close', answered);
          request.end();
        },
      });
    } catch (error) {
      reject(new ConnectError('bad-address', `${address} is not the address of a room (ws://… or wss://…).`, error));
      return;
    }
    socket.once('open', () => {
      socket.removeAllListeners();
      resolve(socket);
    });
    socket.once('unexpected-response', (request, response) => {
      reject(fromStatus(address, response.statusCode ?? 0, proxy));
      // Ending the handshake emits `error`, which needs a listener.
      socket.on('error', () => {});
      request.destroy();
    });
    socket.once('error', (error) => reject(fromError(address, error, proxy)));
  });
}

function fromStatus(url: string, status: number, proxy: WebProxy | undefined): ConnectError {
  switch (status) {
    case 429:
      return new ConnectError('busy', 'Too many clients are connecting to the room. Please try again later.');
    case 402:
      return new ConnectError('room-stopped', 'The room is stopped: its budget for this month is used up.');
    case 503:
      return new ConnectError('room-stopped', 'The room is stopped.');
    case 200:
    case 400:
    case 403:
    case 404:
    case 405:
    case 426:
      return new ConnectError(
        'not-a-room',
        `${[
          `There is no chat room at ${url}`,
          // The answer to a banned address. API Gateway gives it for an unknown path, too.
          ...(status === 403 ? ['or it takes no connections from here'] : []),
          ...(proxy ? [`or the proxy ${proxy.address} does not let you there`] : []),
        ].join(', ')} (HTTP status ${status}).`,
      );
    default:
      return new ConnectError(
        'unexpected-status',
        `${url}, or ${proxy ? `the proxy ${proxy.address}` : 'a proxy'} before it, refused the connection with HTTP status ${status}.`,
      );
  }
}

function fromError(url: string, error: Error & { code?: string }, proxy: WebProxy | undefined): ConnectError {
  const code = error.code ?? '';
  if (proxy && /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(code)) {
    return new ConnectError('proxy', `The proxy ${proxy.address} cannot be reached (${code}).`, error);
  }
  if (code === 'ECONNREFUSED') {
    return new ConnectError('refused', `Nothing answers at ${url}. ${whyNothingAnswers(url)}`, error);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new ConnectError('unknown-host', `The host of ${url} is unknown, or there is no network.`, error);
  }
  // OpenSSL's verification codes have no prefix. All other TLS errors have one.
  if (/^(ERR_SSL|EPROTO)/.test(code)) return new ConnectError('tls', tlsLine(url, error.message), error);
  if (/^(ERR_TLS|UNABLE_TO_)|CERT|CRL/.test(code)) return new ConnectError('tls', certificateLine(url, code), error);
  if (/timed out/i.test(error.message) || code === 'ETIMEDOUT') {
    const advice = 'Check the address, and whether a firewall is in between.';
    return new ConnectError('timeout', `${url} did not answer in time. ${advice}`, error);
  }
  if (/^E[A-Z]+$/.test(code)) {
    return new ConnectError('unreachable', `${url} cannot be reached (${code}).`, error);
  }
  return new ConnectError('not-a-room', `What answers at ${url} is not a chat room: ${error.message}.`, error);
}

/** A local room listens to other machines only if it is told to. */
function whyNothingAnswers(url: string): string {
  const { protocol, hostname } = new URL(url);
  return protocol === 'ws:' && !/^(localhost|127[.\d]+|\[::1\])$/.test(hostname)
    ? 'Is the room running there, and open to other machines? "npm start -- --host 0.0.0.0" opens it.'
    : 'Is the room running there?';
}

/** @param code OpenSSL's code for a failed verification, or Node's code for a wrong host name. */
function certificateLine(url: string, code: string): string {
  const certificate = `The certificate of ${url}`;
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `${certificate} has expired.`;
    case 'CERT_NOT_YET_VALID':
      return `${certificate} is not valid yet. Is the clock of this machine right?`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${certificate} is for another name.`;
  }
  if (/^UNABLE_TO_|SELF_SIGNED/.test(code)) {
    return `${certificate} is signed by nobody whom this machine trusts. If you do, name a file with the signer's certificate in NODE_EXTRA_CA_CERTS.`;
  }
  return `${certificate} is not to be trusted (${code}).`;
}

/** @param message OpenSSL's message. Only a TLS server can send an alert or choose an old TLS version. */
function tlsLine(url: string, message: string): string {
  return /alert|unsupported protocol/.test(message)
    ? `What answers at ${url} speaks TLS, but not with this program, or not under that name.`
    : `What answers at ${url} does not speak TLS. Is it ws:// rather than wss://?`;
}
