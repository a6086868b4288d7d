import { TestBrowser } from '../../test/harness/browser.ts';
import { PageUser } from '../../test/harness/page-user.ts';
import { RawClient } from '../../test/harness/raw-client.ts';
import { password } from '../../test/harness/room.ts';

const sizes = { desktop: { width: 1120, height: 700 }, phone: { width: 390, height: 700 } } as const;

async function enter(url: string, user: string): Promise<RawClient> {
  const client = await RawClient.open(url);
  await client.get('register', { user, password });
  await client.get('login', { user, password });
  return client;
}

/** Takes pictures of the web page: a conversation on a desktop and on a phone, light and dark. */
export async function photographPage(url: string, folder: string): Promise<string[]> {
  const [ada, grace] = [await enter(url, 'Ada'), await enter(url, 'Grace')];
  await (await enter(url, 'Katherine')).get('logout', {});
  await ada.get('broadcast', { text: 'Good morning! The new build is at https://example.com/builds/42' });
  await grace.get('broadcast', { text: 'Looking at it now.' });
  await grace.get('broadcast', { text: 'It starts in half the time.' });
  await ada.get('message', { to: 'Katherine', text: 'Lunch at noon?' });
  const browser = await TestBrowser.open();
  const files: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await PageUser.enter(browser, url, 'Katherine', { colorScheme, viewport: sizes.desktop });
    if (colorScheme === 'light') {
      await page.say('On my phone as well.');
      await page.press('Not now');
    }
    await page.sees('This is the beginning of what the room has kept.');
    await page.sees('On my phone as well.');
    await page.page.getByText('Sending …').waitFor({ state: 'detached' });
    for (const [name, size] of Object.entries(sizes)) {
      const path = `${folder}/page-${name}-${colorScheme}.png`;
      await page.page.setViewportSize(size);
      await page.page.screenshot({ path });
      files.push(path);
    }
    await page.say('/logout');
    await page.sees('You have logged out. See you again!');
    await page.leave();
  }
  await browser.close();
  return files;
}
