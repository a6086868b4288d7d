import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson } from './json-file.ts';
import {
  objectSchema,
  partSchema,
  type StoredObject,
  type StoredPart,
  type StoredUpload,
  uploadSchema,
} from './records.ts';

export interface Upload {
  readonly record: StoredUpload;
  /** By their numbers. */
  readonly parts: Map<number, StoredPart>;
}

export interface StoreContent {
  /** By their keys. */
  readonly objects: Map<string, StoredObject>;
  /** By their ids. */
  readonly uploads: Map<string, Upload>;
}

/** Reads a bucket's folder, which is created if missing, and removes unreferenced bytes from it. */
export async function loadStore(folder: string): Promise<StoreContent> {
  const folderOf = async (name: string) => {
    const path = join(folder, name);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  };
  const bytes = await folderOf('bytes');
  const objects = await loadObjects(await folderOf('objects'));
  const uploads = await loadUploads(await folderOf('uploads'));
  const parts = [...uploads.values()].flatMap((upload) => [...upload.parts.values()]);
  const used = new Set([...objects.values(), ...parts].map(({ file }) => file));
  for (const file of await readdir(bytes)) if (!used.has(file)) await rm(join(bytes, file), { force: true });
  return { objects, uploads };
}

async function loadObjects(folder: string): Promise<Map<string, StoredObject>> {
  const objects = new Map<string, StoredObject>();
  for (const name of await jsonFiles(folder)) {
    const object = await readJson(join(folder, name), objectSchema);
    objects.set(object.key, object);
  }
  return objects;
}

async function loadUploads(folder: string): Promise<Map<string, Upload>> {
  const uploads = new Map<string, Upload>();
  for (const id of await readdir(folder)) {
    const upload = await loadUpload(join(folder, id));
    if (upload === undefined) await rm(join(folder, id), { recursive: true, force: true });
    else uploads.set(id, upload);
  }
  return uploads;
}

/** Reads an upload; undefined if it has ended, or if the process was killed before the upload began. */
async function loadUpload(folder: string): Promise<Upload | undefined> {
  const names = await jsonFiles(folder);
  if (!names.includes('upload.json')) return undefined;
  const record = await readJson(join(folder, 'upload.json'), uploadSchema);
  const parts = new Map<number, StoredPart>();
  for (const name of names) {
    if (name === 'upload.json') continue;
    const part = await readJson(join(folder, name), partSchema);
    parts.set(part.number, part);
  }
  return { record, parts };
}

async function jsonFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.json'));
}
