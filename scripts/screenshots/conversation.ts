import { connect, type RoomConnection } from '../../client/room/index.ts';
import { TerminalDriver } from '../../client/testing/terminal-driver.ts';
import type { Shot } from './shot.ts';

const size = { columns: 120, rows: 28 };
const password = 'correct horse';

/** A user comes back to a room with missed messages, and joins the conversation. */
export async function conversation(url: string): Promise<Shot> {
  const register = async (user: string): Promise<RoomConnection> => {
    const room = await connect({ url });
    await room.request('register', { user, password });
    return room;
  };
  await (await register('Columbia')).leave();
  const [facebook, google, seas] = await Promise.all(['facebook', 'Google', 'SEAS'].map(register));
  if (!facebook || !google || !seas) throw new Error('somebody is missing');
  await facebook.login('facebook', password);
  await google.login('Google', password);
  await facebook.request('broadcast', { text: 'Good morning! Who is in for lunch at the food trucks?' });
  await google.request('broadcast', { text: 'Me. Noon, as always ☀️' });
  await google.request('message', { to: 'Columbia', text: 'we will keep you a seat, come straight from class' });

  const typist = new TerminalDriver({ args: ['dist/client/chat.mjs'], url, ...size });
  const enter = async (line: string, prompt = 'Columbia>>') => {
    await typist.seeLast(prompt);
    typist.enter(line);
  };
  const see = (text: string) => typist.see((rows) => rows.some((row) => row.includes(text)));
  await enter('Columbia', '>>');
  await see('Please enter your password:');
  await enter(password, '>>');
  await see('You can now enter commands');
  await enter('whoelse');
  await seas.login('SEAS', password);
  await see('"SEAS" has just logged in.');
  await enter('brodcast I just got here. Is the line long?');
  await see('Did you mean');
  await enter('broadcast I just got here. Is the line long?');
  await see('Columbia(broadcast): I just');
  await facebook.request('broadcast', { text: 'Ten people, moving fast. 我们在老地方 🥟🌮' });
  await enter('/msg Google thanks! What do they have today?');
  await typist.seeLast('Columbia>>');
  await google.request('message', { to: 'Columbia', text: 'dumplings, and that curry you liked' });
  await see('that curry');
  await enter('/msg network are you coming too?');
  await see('There is no user');
  await seas.request('broadcast', { text: "\u001b[2J clearing everybody's screen does not work here" });
  await see('clearing');
  typist.type('/msg Google take two of the 🥟 for me, I am at the corner of Broadway and 116th');
  await see('116th');
  return {
    buffer: typist.buffer,
    size,
    title: 'npm run chat',
    close: async () => {
      await Promise.all([facebook, google, seas].map((room) => room.leave()));
      typist.close();
      await typist.exited;
    },
  };
}
