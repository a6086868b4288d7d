/** The addresses that the page connects to. */
export interface PageAddresses {
  /** The room's WebSocket address. */
  readonly room: string;
  /** The origin of presigned URLs. */
  readonly bucket: string;
}

/** The names of the Trusted Types policies that the page may create. */
const trustedTypes = 'chat-room';

/**
 * Headers of every response. The page runs no inline script, loads nothing from elsewhere, connects to the room and its
 * bucket only, and cannot be framed.
 */
export function securityHeaders({ room, bucket }: PageAddresses, isHttps: boolean): Record<string, string> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      `connect-src 'self' ${new URL(room).origin} ${bucket}`,
      "img-src 'self' data: blob:",
      "manifest-src 'self'",
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      `trusted-types ${trustedTypes}`,
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(isHttps && { 'strict-transport-security': 'max-age=31536000' }),
  };
}
