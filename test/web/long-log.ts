import type { CDPSession } from 'playwright-core';
import { TestBrowser } from '../harness/browser.ts';
import { PageUser } from '../harness/page-user.ts';
import { openRoom } from '../harness/room.ts';

/** The most work at a new message, as a multiple of that in a short conversation. */
const mostWork = 4;

/** The most memory of a message, in bytes. */
const mostBytes = 8_000;

/** What Chromium measures of a page: seconds of work, and bytes. */
async function metricsOf(session: CDPSession) {
  const { metrics } = await session.send('Performance.getMetrics');
  const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return {
    work: value('ScriptDuration') + value('LayoutDuration') + value('RecalcStyleDuration'),
    bytes: value('JSHeapUsedSize'),
  };
}

/** Scrolls back through a long conversation in the page, and measures it. */
export async function longLog({ messages }: { readonly messages: number }) {
  const [room, browser] = await Promise.all([openRoom(), TestBrowser.open()]);
  try {
    await room.register('Reader', 'Writer');
    const writer = await room.enter('Writer');
    await writer.get('broadcast', { text: 'Message 1' });
    const [first] = await room.database.stream('room');
    const seeded = Array.from({ length: messages - 1 }, (_, i) => ({
      ...first,
      seq: i + 2,
      position: String(i + 2).padStart(15, '0'),
      text: `Message ${i + 2}`,
    }));
    await room.database.putAll('Messages', seeded);
    const user = await PageUser.enter(browser, room.url, 'Reader');
    const { page } = user;
    const session = await user.visitor.context.newCDPSession(page);
    await session.send('Performance.enable');
    /** The work at 20 new messages. A search by roles or texts would take longer than the page does. */
    const workAt = async (text: string) => {
      const before = await metricsOf(session);
      for (let i = 0; i < 20; i += 1) await writer.get('broadcast', { text: `${text} ${i}` });
      await page.waitForFunction(`[...document.querySelectorAll('article')].at(-1).textContent.includes('${text} 19')`);
      return (await metricsOf(session)).work - before.work;
    };
    await user.sees(`Message ${messages}`);
    await workAt('warming up');
    const short = await workAt('short');
    const small = await metricsOf(session);
    const shown = () => page.evaluate<number>(`document.querySelectorAll('article').length`);
    for (let before = await shown(); before < messages; before = await shown()) {
      await page.evaluate(`document.querySelector('.earlier').click()`);
      await page.waitForFunction(`document.querySelectorAll('article').length > ${before}`);
    }
    await user.press('Show the latest messages');
    const long = await workAt('long');
    const large = await metricsOf(session);
    const work = long / short;
    const bytes = (large.bytes - small.bytes) / messages;
    return {
      problems: [
        ...((await shown()) === messages + 60 ? [] : [`${await shown()} messages are shown`]),
        ...(work > mostWork ? [`A new message takes ${work} times the work of one in a short conversation.`] : []),
        ...(bytes > mostBytes ? [`A message takes ${bytes} bytes.`] : []),
      ],
      work,
      bytes,
    };
  } finally {
    await browser.close();
    await room.close();
  }
}
