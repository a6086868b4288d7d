import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBanned, prefixOf } from './bans.ts';

describe('a ban', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7/32'],
    ['192.0.2.7/24', '192.0.2.0/24'],
    ['::ffff:192.0.2.7', '192.0.2.7/32'],
    ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['2001:db8::1/128', '2001:db8::/64'],
    ['::ffff:10.0.0.0/120', '10.0.0.0/24'],
    ['::ffff:10.1.2.0/24', undefined],
    ['10.1.2.0/64', undefined],
    ['', undefined],
    ['192.0.2', undefined],
    ['192.0.2.7/0', undefined],
    ['192.0.2.7/x', undefined],
    ['localhost', undefined],
  ])('of %j is that of %j', (text, prefix) => {
    expect(prefixOf(text)).toBe(prefix);
  });

  test.each([
    ['192.0.2.200', true],
    ['192.0.3.1', false],
    ['2001:db8:ffff::/64', true],
    ['2001:db9::/64', false],
    ['198.51.100.1', false],
    ['unknown', false],
  ])('includes %s: %s', (address, banned) => {
    const bans = { '192.0.2.0/24': 0, '2001:db8::/32': 2000, '198.51.100.1/32': 500 };
    expect(isBanned(bans, address, 1000)).toBe(banned);
  });

  test('of any text has one form or none, and of any address includes that address', () => {
    const bits = fc.integer({ min: -1, max: 200 });
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.oneof(fc.ipV4Extended(), fc.ipV6(), fc.string()), bits).map((parts) => parts.join('/')),
      fc.stringMatching(/^[0-9a-fx:./% ]{0,40}$/),
    );
    fc.assert(
      fc.property(anyText, fc.oneof(fc.ipV4(), fc.ipV6()), (text, address) => {
        const prefix = prefixOf(text);
        if (prefix === undefined) return;
        expect(prefixOf(prefix)).toBe(prefix);
        expect(isBanned({ [prefix]: 0 }, prefix, 0)).toBe(true);
        isBanned({ [prefix]: 0 }, address, 0);
        isBanned({ [prefix]: 0 }, text, 0);
      }),
      { numRuns: 2_000 },
    );
    // Written as API Gateway writes them.
    const ownAddress = fc.oneof(
      fc.ipV4(),
      fc.ipV6().filter((one) => !one.includes('.')),
    );
    fc.assert(
      fc.property(ownAddress, bits, (address, length) => {
        const prefix = prefixOf(`${address}/${length}`);
        if (prefix !== undefined) expect(isBanned({ [prefix]: 0 }, address, 0)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
