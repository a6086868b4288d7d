import { open, readFile, rename, rm } from 'node:fs/promises';
import * as v from 'valibot';

/** Replaces a file's content atomically, even if the process is killed. */
export async function writeJson(path: string, content: unknown): Promise<void> {
  const unfinished = `${path}.new`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(content));
    await file.sync();
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

/** @throws Error if the file is missing or does not match the schema. */
export async function readJson<S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> {
  return v.parse(schema, JSON.parse(await readFile(path, 'utf8')));
}
