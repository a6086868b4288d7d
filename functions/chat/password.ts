import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** The cost of scrypt. OWASP's Password Storage Cheat Sheet recommends N=2^17, r=8, p=1. */
export interface PasswordCost {
  /** Binary logarithm of N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

const saltBytes = 16;
const keyBytes = 32;

const derive = (password: string, salt: Buffer, length: number, options: ScryptOptions) =>
  new Promise<Buffer>((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });

// scrypt needs slightly more than 128 * N * r bytes. Node's default for maxmem is too low.
const options = ({ ln, r, p }: PasswordCost): ScryptOptions => ({ N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r });

const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');

/** Hashes a password. The result is a PHC string, which contains the parameters. */
export async function hashPassword(password: string, cost: PasswordCost): Promise<string> {
  const salt = randomBytes(saltBytes);
  const key = await derive(password, salt, keyBytes, options(cost));
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(key)}`;
}

/** The maximum memory for one hash, in bytes: twice the current cost. */
const mostMemory = 256 * 1024 ** 2;

/** The maximum work for one hash, as N * r * p: four times the current cost. */
const mostWork = 2 ** 22;

/** The longest salt and key, in characters of Base64. */
const mostCharacters = 128;

const phc = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const isBounded = ({ ln, r, p }: PasswordCost) => 128 * 2 ** ln * r <= mostMemory && 2 ** ln * r * p <= mostWork;

/** Whether a hash is valid and of bounded cost. A hash in a backup could demand any amount of memory and time. */
export function isUsableHash(hash: string): boolean {
  try {
    parse(hash);
    return true;
  } catch {
    return false;
  }
}

/** @throws Error unless it is a scrypt PHC string of bounded cost. */
function parse(hash: string) {
  const [, ln, r, p, salt, key] = phc.exec(hash) ?? [];
  if (!ln || !r || !p || !salt || !key) throw new Error('a stored password hash is not a scrypt PHC string');
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  if (!isBounded(cost) || Math.max(salt.length, key.length) > mostCharacters) {
    throw new Error('a stored password hash costs more than the room allows');
  }
  return {
    cost,
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  };
}

/** Whether a password matches a hash. Compares in constant time. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const { cost, salt, key } = parse(hash);
  return timingSafeEqual(await derive(password, salt, key.length, options(cost)), key);
}

/** Whether a hash is weaker than the current cost. The next login then replaces it. */
export function isOutdated(hash: string, today: PasswordCost): boolean {
  const { cost } = parse(hash);
  return cost.ln < today.ln || cost.r < today.r || cost.p < today.p;
}
