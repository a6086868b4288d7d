import { afterAll, beforeAll } from 'vitest';
import { TestBrowser } from './browser.ts';
import { openRoom, type SceneRoom } from './room.ts';

/** Opens a room and a browser for the tests of a file, or of a `describe`, and closes both after them. */
export function withRoomAndBrowser(use: (both: { room: SceneRoom; browser: TestBrowser }) => void): void {
  let room: SceneRoom | undefined;
  let browser: TestBrowser | undefined;
  beforeAll(async () => {
    [room, browser] = await Promise.all([openRoom(), TestBrowser.open()]);
    use({ room, browser });
  });
  afterAll(async () => {
    await browser?.close();
    await room?.close();
  });
}
