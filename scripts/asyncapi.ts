import { writeFileSync } from 'node:fs';
import { asyncApiDocument, render } from './asyncapi/document.ts';

/** Writes the AsyncAPI document of the wire. */
writeFileSync(new URL('../docs/asyncapi.yaml', import.meta.url), render(asyncApiDocument()));
