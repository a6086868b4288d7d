import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** scrypt's cost; OWASP's Password Storage Cheat Sheet gives N=2^17, r=8, p=1. */
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

// Node refuses what needs more than maxmem; scrypt needs 128 * N * r bytes, and a little more.
const options = ({ ln, r, p }: PasswordCost): ScryptOptions => ({ N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r });

const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');

/** Hashes a password, into the PHC string format: its parameters stay with it. */
export async function hashPassword(password: string, cost: PasswordCost): Promise<string> {
  const salt = randomBytes(saltBytes);
  const key = await derive(password, salt, keyBytes, options(cost));
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(key)}`;
}

/** The most bytes of memory for one hash: twice today's cost. */
const mostMemory = 256 * 1024 ** 2;

/** The most work for one hash, as N * r * p: four times today's cost. */
const mostWork = 2 ** 22;

/** The longest salt and key, in characters of Base64. */
const mostCharacters = 128;

const phc = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const isBounded = ({ ln, r, p }: PasswordCost) => 128 * 2 ** ln * r <= mostMemory && 2 ** ln * r * p <= mostWork;

/** Whether a password can be checked against a hash. A hash from elsewhere could ask for any amount of memory and time. */
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

/** Whether a password is the one hashed, in constant time for the comparison. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const { cost, salt, key } = parse(hash);
  return timingSafeEqual(await derive(password, salt, key.length, options(cost)), key);
}

/** Whether a hash is cheaper than today's cost, and is due to be renewed at the next login. */
export function isOutdated(hash: string, today: PasswordCost): boolean {
  const { cost } = parse(hash);
  return cost.ln < today.ln || cost.r < today.r || cost.p < today.p;
}
