import type { FileHandle } from 'node:fs/promises';

const chunkBytes = 256 * 1024;

/**
 * Yields the first bytes of an open file; fewer if it is shorter. Node's own streams close the file when their reader
 * stops early, regardless of their options.
 */
export async function* readChunks(handle: FileHandle, length: number): AsyncGenerator<Buffer> {
  for (let position = 0; position < length; ) {
    // The caller may keep a chunk, so each one gets its own buffer.
    const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, length - position));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
