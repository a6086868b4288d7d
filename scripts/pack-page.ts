import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { PageFile, PageFiles } from '../functions/page/files.ts';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** A file that fits into one packet gains nothing from compression. */
const onePacket = 1400;

/** Writes the files of a folder into one file for the function `page`, compressed already. */
export function packPage(folder: string, target: string): void {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const files: PageFiles = Object.fromEntries(
    paths.sort().map((path) => [path.split(sep).join('/'), packed(path, readFileSync(join(folder, path)))]),
  );
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, JSON.stringify(files));
}

function packed(path: string, content: Buffer): PageFile {
  const type = types[extname(path)];
  if (type === undefined)
    throw new Error(`The page's file ${path} has an unknown type: add it to scripts/pack-page.ts.`);
  const tag = createHash('sha256').update(content).digest('base64url').slice(0, 16);
  const gzip = gzipSync(content, { level: 9 });
  const isSmaller = content.length > onePacket && gzip.length < 0.9 * content.length;
  const inBase64 = (bytes: Buffer) => bytes.toString('base64');
  const body = isSmaller
    ? { br: inBase64(brotliCompressSync(content)), gzip: inBase64(gzip) }
    : { identity: inBase64(content) };
  return { type, tag, body };
}
