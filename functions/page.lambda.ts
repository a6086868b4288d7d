import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { requireEnv } from './aws/environment.ts';
import { variables } from './aws/names.ts';
import { pageFiles } from './page/files.ts';
import { pageHandler } from './page/serve.ts';

/** The build writes this file beside the function's bundle. */
const files = v.parse(pageFiles, JSON.parse(readFileSync(new URL('files.json', import.meta.url), 'utf8')));

export const handler = pageHandler(files, {
  room: requireEnv(variables.roomAddress),
  bucket: requireEnv(variables.bucketOrigin),
});
