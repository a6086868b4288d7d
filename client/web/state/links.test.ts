import { expect, test } from 'vitest';
import { linksIn } from './links.ts';

test.each([
  ['See https://example.com/a?b=1.', ['https://example.com/a?b=1']],
  ['(https://example.com/a_(b)) and http://example.org!', ['https://example.com/a_(b)', 'http://example.org']],
  ['HTTPS://EXAMPLE.COM/Path', ['HTTPS://EXAMPLE.COM/Path']],
  ['javascript:alert(1) data:text/html,x ftp://example.com', []],
  ['https:// http://', []],
  ['<a href="https://example.com">', ['https://example.com']],
])('%j has the links %j, and no text is lost', (text, links) => {
  const parts = linksIn(text);
  expect(parts.filter(({ url }) => url !== undefined).map((part) => part.text)).toEqual(links);
  expect(parts.map((part) => part.text).join('')).toBe(text);
});
