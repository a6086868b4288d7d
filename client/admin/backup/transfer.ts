import { randomUUID } from 'node:crypto';
import { constants, createReadStream, createWriteStream, existsSync } from 'node:fs';
import { access, type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ByteSource, DamagedFileError, readSealed } from '../../../protocol/backup/sealed-file.ts';
import { messageOf, UnreachableError, UsageError } from '../errors.ts';

/** The maximum size of one upload request to S3. */
export const mostUploadBytes = 5 * 1024 ** 3;

/** Checks all seals of a file and returns the last one. @throws {DamagedFileError} or an error of the operating system. */
export async function lastSeal(path: string): Promise<{ bytes: number; seal: string }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    let seal = '';
    for await (const { next } of readSealed(sourceOf(file, size))) seal = next.seal;
    if (seal === '') throw new DamagedFileError('It is empty.');
    return { bytes: size, seal };
  } finally {
    await file.close();
  }
}

const sourceOf = (file: FileHandle, size: number): ByteSource => ({
  size,
  async read(offset, length) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(length, size - offset)), 0, undefined, offset);
    return buffer.subarray(0, bytesRead);
  },
});

/**
 * Checks that a file can be created at the path, before the long download.
 * @throws {UsageError}
 */
export async function checkTarget(path: string): Promise<void> {
  if (existsSync(path)) throw new UsageError(`${path} exists already.`);
  const folder = dirname(path);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    if (!(await stat(folder)).isDirectory()) throw new Error('it is not a folder');
  } catch (error) {
    throw new UsageError(`Nothing can be written to ${folder}: ${messageOf(error)}`);
  }
}

/**
 * Downloads a backup and checks it. The file appears under its name only when it is complete and correct.
 * @throws UnreachableError
 */
export async function download(url: string, path: string, expected: { bytes: number; seal: string }): Promise<void> {
  const partial = `${path}.${randomUUID().slice(0, 8)}.part`;
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(`the bucket answered ${response.status}`);
    // Only the owner may read it: a backup contains all messages and the hashes of all passwords.
    await pipeline(
      Readable.fromWeb(response.body),
      createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true }),
    );
    const found = await lastSeal(partial);
    if (found.seal !== expected.seal)
      throw new DamagedFileError('The downloaded bytes are not those that the room wrote.');
    await rename(partial, path);
  } catch (error) {
    throw new UnreachableError(`The backup could not be saved as ${path}: ${messageOf(error)}`);
  } finally {
    await rm(partial, { force: true });
  }
}

/**
 * Uploads a file to a presigned URL.
 * @throws UnreachableError
 */
export async function upload(path: string, { url, headers }: { url: string; headers: Record<string, string> }) {
  const request = (new URL(url).protocol === 'https:' ? https : http).request(url, { method: 'PUT', headers });
  const answer = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
  try {
    const [response] = await Promise.all([answer, pipeline(createReadStream(path), request)]);
    response.resume();
    if (response.statusCode !== 200) throw new Error(`the bucket answered ${response.statusCode}`);
  } catch (error) {
    throw new UnreachableError(`${path} could not be uploaded: ${messageOf(error)}`);
  }
}
