import { acceptUpload } from './accept-upload.ts';
import { eraseFile, failFile } from './end-file.ts';
import type { FileRoom } from './file-room.ts';
import type { FileRecord } from './ports.ts';

/** A run ends after this number of files. The next one, a minute later, goes on with the rest. */
const mostPerRun = 500;

/**
 * One tidying run: moves due files to their next state, those first that have been due longest. Idempotent, and runs
 * may overlap.
 */
export async function tidyFiles(room: FileRoom): Promise<void> {
  let handled = 0;
  for await (const page of room.files.due(room.clock.now())) {
    handled += page.length;
    const outcomes = await Promise.allSettled(
      page.map(async (due) => {
        const file = await room.files.look(due);
        if (file && file.dueAt <= room.clock.now()) await tidyFile(room, file);
      }),
    );
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') room.logError('a file was not tidied', outcome.reason);
    }
    if (handled >= mostPerRun) return;
  }
}

/** Handles a file that is due. */
export async function tidyFile(room: FileRoom, file: FileRecord): Promise<void> {
  switch (file.state) {
    case 'announced': {
      // S3's event may have been lost.
      const object = await room.objects.find(file.objectKey);
      if (object) return acceptUpload(room, file, object);
      await failFile(room, file, 'unfinished');
      return;
    }
    case 'stored': {
      const recipient = await room.accounts.find(file.recipient.name);
      const gone = recipient?.accountId !== file.recipient.accountId;
      await failFile(room, file, gone ? 'no-such-user' : 'expired');
      return;
    }
    case 'removing':
      return eraseFile(room, file);
  }
}
