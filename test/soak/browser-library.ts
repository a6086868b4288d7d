import { build } from 'esbuild';
import { forBrowsers } from '../../scripts/bundling.ts';

export type BrowserLibrary = typeof import('../../client/room/browser.ts');

/** The connection library as a page loads it: bundled for browsers. */
export async function browserLibrary(): Promise<BrowserLibrary> {
  const { outputFiles } = await build({
    entryPoints: ['client/room/browser.ts'],
    ...forBrowsers,
    write: false,
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  const library: BrowserLibrary = await import(`data:text/javascript;base64,${code}`);
  return library;
}
