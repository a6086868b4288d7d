import { describe, expect, test } from 'vitest';
import { hashPassword, isOutdated, isUsableHash, verifyPassword } from './password.ts';

const cheap = { ln: 4, r: 8, p: 1 };

describe('password hashes', () => {
  test('a hash is a PHC string with its cost, and matches its password', async () => {
    const hash = await hashPassword('wastingtime', cheap);
    expect(hash).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await verifyPassword('wastingtime', hash)).toBe(true);
    expect(await verifyPassword('wastingtim', hash)).toBe(false);
    expect(await verifyPassword('', hash)).toBe(false);
  });

  test('hashing a password twice gives different hashes', async () => {
    expect(await hashPassword('x', cheap)).not.toBe(await hashPassword('x', cheap));
  });

  test('a password typed on another system, in another normal form, is the same password', async () => {
    const hash = await hashPassword('caf\u00e9', cheap);
    expect(await verifyPassword('cafe\u0301', hash)).toBe(true);
  });

  test('a hash is verified with its own cost, not the current one', async () => {
    const hash = await hashPassword('x', { ln: 5, r: 4, p: 2 });
    expect(await verifyPassword('x', hash)).toBe(true);
    expect(isOutdated(hash, { ln: 5, r: 4, p: 2 })).toBe(false);
    expect(isOutdated(hash, { ln: 6, r: 4, p: 2 })).toBe(true);
    expect(isOutdated(hash, { ln: 4, r: 4, p: 2 })).toBe(false);
  });

  test("OWASP's cost is within Node's memory limit", async () => {
    const hash = await hashPassword('x', { ln: 17, r: 8, p: 1 });
    expect(await verifyPassword('x', hash)).toBe(true);
  });

  test('RFC 7914, section 12: the vector for N=1024, r=8, p=16', async () => {
    const key =
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640';
    const salt = Buffer.from('NaCl').toString('base64').replaceAll('=', '');
    const hash = `$scrypt$ln=10,r=8,p=16$${salt}$${Buffer.from(key, 'hex').toString('base64').replaceAll('=', '')}`;
    expect(await verifyPassword('password', hash)).toBe(true);
  });

  test.each([
    ['memory', '$scrypt$ln=19,r=8,p=1$c2FsdA$a2V5'],
    ['memory by its blocks', '$scrypt$ln=14,r=999,p=1$c2FsdA$a2V5'],
    ['time', '$scrypt$ln=17,r=8,p=99$c2FsdA$a2V5'],
    ['a key', `$scrypt$ln=4,r=8,p=1$c2FsdA$${'a'.repeat(200)}`],
  ])('a hash of too high a cost is refused: %s', async (_, hash) => {
    expect(isUsableHash(hash)).toBe(false);
    await expect(verifyPassword('x', hash)).rejects.toThrow('costs more than the room allows');
  });

  test('a malformed hash is an error, never a match', async () => {
    await expect(verifyPassword('x', 'plain')).rejects.toThrow('not a scrypt PHC string');
  });
});
