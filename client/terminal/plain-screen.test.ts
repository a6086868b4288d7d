import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { PlainScreen } from './plain-screen.ts';

test('an input error ends the input, after the lines before it', async () => {
  const input = new PassThrough();
  const screen = new PlainScreen(input, new PassThrough(), () => {});
  input.write('one\n');
  expect(await screen.read()).toBe('one');
  const next = screen.read();
  input.destroy(new Error('read EIO'));
  expect(await next).toBeUndefined();
  expect(await screen.read()).toBeUndefined();
});
