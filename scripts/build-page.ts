import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { forBrowsers } from './bundling.ts';

const source = 'client/web';
const target = 'dist/web';

/** Names that contain a hash of the content: browsers may keep these files forever. */
const hashed = 'assets/[name]-[hash]';

const common: BuildOptions = { ...forBrowsers, tsconfig: `${source}/tsconfig.json` };

/**
 * Builds the web page into `dist/web`. Scripts and styles are minified and get hashed names; index.html names all of them,
 * because the service worker keeps what it names; the files of `client/web/public` are copied as they are.
 */
export async function buildPage(): Promise<void> {
  rmSync(target, { recursive: true, force: true });
  const entryPoints = [`${source}/main.tsx`, `${source}/style.css`];
  const { metafile } = await build({
    ...common,
    entryPoints,
    outdir: target,
    entryNames: hashed,
    chunkNames: hashed,
    assetNames: hashed,
    splitting: true,
    metafile: true,
  });
  // Browsers look for a new version of a service worker under the same name.
  await build({ ...common, entryPoints: [`${source}/worker/sw.ts`], outdir: target, format: 'iife' });
  cpSync(`${source}/public`, target, { recursive: true });
  let html = readFileSync(`${source}/index.html`, 'utf8');
  const parts: string[] = [];
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    const name = relative(target, path);
    if (entryPoint !== undefined && entryPoints.includes(entryPoint))
      html = replaceOnce(html, `"${basename(entryPoint)}"`, `"${name}"`);
    else if (path.endsWith('.js')) parts.push(`<link rel="modulepreload" href="${name}" />`);
  }
  html = replaceOnce(html, '</head>', `  ${parts.join('\n    ')}\n  </head>`);
  writeFileSync(`${target}/index.html`, html);
  // For the bench, which tells what the page is made of.
  writeFileSync('dist/web.meta.json', JSON.stringify(metafile));
}

function replaceOnce(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`${source}/index.html does not refer to ${from} exactly once.`);
  return text.replace(from, to);
}
