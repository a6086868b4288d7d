import type { FileHandle } from 'node:fs/promises';

const chunkBytes = 256 * 1024;

/**
 * The first bytes of an open file, in order; fewer if it ends before. Node's own streams close the file when their reader
 * stops early, whatever they are told.
 */
export async function* readChunks(handle: FileHandle, length: number): AsyncGenerator<Buffer> {
  for (let position = 0; position < length; ) {
    // Whoever takes a chunk may keep it: the next is another one.
    const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, length - position));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
