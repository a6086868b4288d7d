import type { CDPSession } from 'playwright-core';
import { TestBrowser } from '../harness/browser.ts';
import { PageUser } from '../harness/page-user.ts';
import { openRoom } from '../harness/room.ts';

/** The most calls of the page's functions for a new message, as a multiple of those in a short conversation. */
const mostCalls = 1.5;

/** The most memory of the page with a short conversation, and of each further message, in bytes: script and document. */
const mostBytes = { page: 8_000_000, message: 14_000 };

/** The seconds that a page worked for so far, as Chromium measures them. */
async function secondsOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return value('ScriptDuration') + value('LayoutDuration') + value('RecalcStyleDuration');
}

/** The bytes that a page needs once what it no longer uses is collected. */
async function bytesOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, embedderHeapUsedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
  return usedSize + embedderHeapUsedSize + backingStorageSize;
}

/** How often the page's functions were called since the last time. */
async function callsOf(session: CDPSession): Promise<number> {
  const { result } = await session.send('Profiler.takePreciseCoverage');
  const functions = result.flatMap((script) => script.functions);
  return functions.reduce((sum, { ranges }) => sum + (ranges[0]?.count ?? 0), 0);
}

/**
 * Scrolls back through a long conversation in the page, and measures a new message there and in a short conversation:
 * `calls` and `seconds` are ratios, `bytes` are those of the page with the conversation.
 */
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
    const user = await PageUser.open(browser, room.url);
    const { page } = user;
    const session = await user.visitor.context.newCDPSession(page);
    for (const domain of ['Performance', 'Profiler', 'HeapProfiler'] as const) await session.send(`${domain}.enable`);
    /** A string would be evaluated again at each look, which Trusted Types forbid. A function is evaluated once. */
    const until = (condition: string) => page.waitForFunction(`() => ${condition}`);
    await session.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    const empty = await bytesOf(session);
    await user.logIn('Reader');
    /** The work at 20 new messages. A search by roles or texts would take longer than the page does. */
    const workAt = async (text: string) => {
      await callsOf(session);
      const before = await secondsOf(session);
      for (let i = 0; i < 20; i += 1) await writer.get('broadcast', { text: `${text} ${i}` });
      await until(`[...document.querySelectorAll('article')].at(-1).textContent.includes('${text} 19')`);
      return { seconds: (await secondsOf(session)) - before, calls: await callsOf(session) };
    };
    await user.sees(`Message ${messages}`);
    await user.press(/^Show the latest messages/);
    await workAt('warming up');
    const short = await workAt('short');
    const shown = () => page.evaluate<number>(`document.querySelectorAll('article').length`);
    await page.evaluate(`document.querySelector('.log').scrollTop = 0`);
    await until(`document.querySelector('.to-end')`);
    for (let before = await shown(); before < messages; before = await shown()) {
      await page.evaluate(`document.querySelector('.earlier').click()`);
      await until(`document.querySelectorAll('article').length > ${before}`);
    }
    await user.press(/^Show the latest messages/);
    const long = await workAt('long');
    const calls = long.calls / short.calls;
    const bytes = (await bytesOf(session)) - empty;
    return {
      problems: [
        ...((await shown()) === messages + 60 ? [] : [`${await shown()} messages are shown`]),
        ...(calls > mostCalls ? [`A new message takes ${calls} times the calls of one in a short conversation.`] : []),
        ...(bytes > mostBytes.page + messages * mostBytes.message ? [`${bytes} bytes are too many.`] : []),
      ],
      calls,
      seconds: long.seconds / short.seconds,
      bytes,
    };
  } finally {
    await browser.close();
    await room.close();
  }
}
