import { expect, test } from 'vitest';
import { addressFor } from './addresses.ts';

test.each([
  ['of a direct request', { host: '127.0.0.1:9000' }, 'http://127.0.0.1:9000'],
  ['of a tunnel', { host: '127.0.0.1', 'x-forwarded-host': 'a.test', 'x-forwarded-proto': 'https' }, 'https://a.test'],
  ['of an IPv6 address', { host: '[::1]:9000' }, 'http://[::1]:9000'],
  ['without a forwarded host that is none', { host: 'b.test', 'x-forwarded-host': 'a; script-src *' }, 'http://b.test'],
  ['without a host that is none', { host: 'a b.localhost' }, 'http://localhost'],
])("the client's address is that %s", (_, headers, address) => {
  expect(addressFor({ headers })).toBe(address);
});
