import { mkdir, writeFile } from 'node:fs/promises';
import { variables } from '../functions/aws/names.ts';
import { startLocalRoom } from '../local/room.ts';
import { endInOrder, removeFolder, temporaryFolder } from '../test/harness/ending.ts';
import { conversation } from './screenshots/conversation.ts';
import { fileTransfer } from './screenshots/file-transfer.ts';
import { photographPage } from './screenshots/page.ts';
import { drawTerminal, themes } from './screenshots/svg.ts';

/** Plays the README's scenes in a fresh local room: in Chromium, and in real terminals, whose screens are drawn as SVG. */
const folder = 'docs/screenshots';
endInOrder();
const dataDir = temporaryFolder('chat-room-screenshots-');
const room = await startLocalRoom({ assembly: 'cdk.out', dataDir, environment: { [variables.roomKind]: 'local' } });
try {
  await mkdir(folder, { recursive: true });
  for (const file of await photographPage(room.url, folder)) console.log(file);
  for (const [name, play] of Object.entries({ conversation, 'file-transfer': fileTransfer })) {
    const { buffer, size, title, close } = await play(room.url);
    for (const [theme, colours] of Object.entries(themes)) {
      const file = `${folder}/${name}-${theme}.svg`;
      await writeFile(file, drawTerminal(buffer, size, title, colours));
      console.log(file);
    }
    await close();
  }
} finally {
  await room.close();
  await removeFolder(dataDir);
}
