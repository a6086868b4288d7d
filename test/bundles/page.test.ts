import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { largestPageResponse } from '../../bench/attack/ceiling.ts';
import { pageFiles } from '../../functions/page/files.ts';

const files = v.parse(pageFiles, JSON.parse(readFileSync('dist/functions/page/files.json', 'utf8')));

/** Room for the status line and the headers. */
const headerBytes = 2_000;

test('no file of the page is larger than the security page assumes', () => {
  for (const [path, { body }] of Object.entries(files)) {
    for (const encoded of Object.values(body)) {
      const bytes = Buffer.from(encoded, 'base64').length;
      expect(bytes + headerBytes, path).toBeLessThanOrEqual(largestPageResponse);
    }
  }
});

test('the page refers to all its scripts and styles, by names with a hash', () => {
  const html = readFileSync('dist/web/index.html', 'utf8');
  const referred = [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, path]) => path);
  const assets = Object.keys(files).filter((path) => path.startsWith('assets/'));
  expect(referred.sort()).toEqual(assets.sort());
  for (const path of referred) {
    expect(path).toMatch(/^assets\/\w+-[0-9A-Z]{8}\.(js|css)$/);
  }
});

test('index.html has no inline script or style, which the Content-Security-Policy would refuse', () => {
  const html = readFileSync('dist/web/index.html', 'utf8');
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
});

test('all scripts and styles together have at most 60 KB, compressed', () => {
  const compressed = Object.entries(files).filter(([path]) => /\.(js|css)$/.test(path));
  const sizes = compressed.map(([, { body }]) => Buffer.from('br' in body ? body.br : body.identity, 'base64').length);
  expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(60 * 1024);
});
