import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { Attention, notification } from './attention.ts';

afterEach(() => vi.useRealTimers());

function open(environment: Record<string, string> = { TERM: 'xterm-256color' }) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const attention = new Attention(input, output, environment);
  const written = () =>
    String(output.read() ?? '')
      .replaceAll('\u001b', 'ESC')
      .replaceAll('\u0007', 'BEL');
  return { input, attention, written };
}

test('the title counts what was not read; any input means that it is read; the end restores the title', () => {
  vi.useFakeTimers();
  const { input, attention, written } = open();
  attention.said('Private message from Google');
  expect(written()).toBe('');
  attention.begin('Columbia\u001b - chat');
  expect(written()).toBe('ESC[22;2tESC]2;Columbia\\e - chatBEL');
  attention.said('Private message from Google');
  expect(written()).toBe('ESC]2;(1) Columbia\\e - chatBELBEL');
  attention.said(undefined);
  expect(written()).toBe('ESC]2;(2) Columbia\\e - chatBEL');
  input.write('x');
  expect(written()).toBe('ESC]2;Columbia\\e - chatBEL');
  input.write('y');
  expect(written()).toBe('');
  attention.end();
  expect(written()).toBe('ESC]2;BELESC[23;2t');
  attention.said('too late');
  attention.end();
  expect(written()).toBe('');
});

test('a hostile name cannot end the sequence that it is in', () => {
  const { attention, written } = open({ TERM: 'xterm-kitty' });
  attention.begin('Columbia - chat');
  written();
  attention.said('File from \u001b]0;x\u0007\u009c\u001b\\');
  expect(written()).toBe('ESC]2;(1) Columbia - chatBELBELESC]9;File from \\e]0;x\\u{7}\\u{9c}\\e\\BEL');
  attention.end();
});

test('there is at most one bell a second', () => {
  vi.useFakeTimers();
  const { attention, written } = open({ TERM: 'linux' });
  attention.begin('Columbia - chat');
  for (let count = 0; count < 50; count += 1) attention.said('Private message from Google');
  expect(written()).toBe('BEL');
  vi.advanceTimersByTime(1000);
  attention.said('Private message from Google');
  expect(written()).toBe('BEL');
  attention.end();
  expect(written()).toBe('');
});

test.each([
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, '\u001b]9;File from a;b\u0007'],
  [{ TERM: 'xterm-kitty' }, '\u001b]9;File from a;b\u0007'],
  [{ TERM: 'foot' }, '\u001b]777;notify;me, chat;File from a,b\u0007'],
  [{ TERM: 'xterm-256color', VTE_VERSION: '7600' }, '\u001b]777;notify;me, chat;File from a,b\u0007'],
  [{ TERM: 'tmux-256color', TERM_PROGRAM: 'tmux', VTE_VERSION: '7600' }, ''],
  [{ TERM: 'xterm-256color' }, ''],
  [{ TERM: 'linux' }, ''],
])('a terminal with %j is sent %j', (environment, sequence) => {
  expect(notification('me; chat', 'File from a;b', environment)).toBe(sequence);
});
