import { expect, onTestFinished, test } from 'vitest';
import { logIn, prompt, typeAndSee } from '../testing/open-terminal.ts';
import { TerminalDriver } from '../testing/terminal-driver.ts';

const sentAt = '2026-11-23T09:00:00.000Z';

test('Tab completes a command', async () => {
  const { typist } = await logIn();
  typist.type('wholas');
  await typist.seeLast(`${prompt}wholas`);
  typist.type('\t');
  await typist.seeLast(`${prompt}wholasthr`);
});

test('Tab completes commands and users in any case, and lists several candidates', async () => {
  const { typist, peer } = await logIn();
  for (const user of ['Columbia', 'colin', 'Google']) peer.event({ type: 'event', event: 'login', user });
  await typist.see(() => typist.said.length === 3);
  await typeAndSee(typist, '/ms');
  typist.type('\t');
  await typist.seeLast(`${prompt}/msg`);
  typist.type('CO');
  await typist.seeLast(`${prompt}/msg CO`);
  typist.type('\t');
  (await peer.next('whoelse')).reply({ users: ['Columbia', 'colin', 'Google'], total: 3 });
  await typist.see((rows) => rows.at(-2) === 'colin     Columbia' && rows.at(-1) === `${prompt}/msg CO`);
  typist.type('l');
  typist.type('u');
  await typist.seeLast(`${prompt}/msg COlu`);
  typist.type('\t');
  await typist.seeLast(`${prompt}/msg Columbia`);
  typist.enter('hi');
  expect((await peer.next('message')).arguments).toEqual({ to: 'Columbia', text: 'hi' });
});

test('Tab right after a login offers users and waiting files; the client asks the room once, in the background', async () => {
  const { typist, peer } = await logIn({ columns: 100 });
  const before = typist.rows.length;
  await typeAndSee(typist, '/msg G');
  typist.type('\t');
  const whoelse = await peer.next('whoelse', 'ack');
  typist.type('o');
  await typist.seeLast(`${prompt}/msg Go`);
  whoelse.reply({ users: ['Columbia', 'Google'], total: 2 });
  typist.type('\t');
  await typist.seeLast(`${prompt}/msg Google`);
  typist.type('\u0015');
  await typeAndSee(typist, '/get c');
  typist.type('\t');
  const offer = { from: 'Columbia', name: 'my thesis.txt', size: 3, sha256: '0'.repeat(64), sentAt };
  (await peer.next('fileget', 'ack')).reply({ files: [offer] });
  await typist.seeLast(`${prompt}/get Columbia`);
  typist.type('\t');
  await typist.seeLast(`${prompt}/get Columbia my thesis.txt`);
  expect(typist.rows).toHaveLength(before);
  typist.type('\u0015');
  await typeAndSee(typist, '/msg co');
  typist.type('\t');
  await typist.seeLast(`${prompt}/msg Columbia`);
  typist.enter('hi');
  expect((await peer.next('message', 'ack')).arguments).toEqual({ to: 'Columbia', text: 'hi' });
});

test('text that arrives together with a Tab, as in a paste, is not completed in the middle', async () => {
  const { typist } = await logIn();
  typist.type('/ms\tCol');
  await typist.seeLast(`${prompt}/msCol`);
});

test('Tab completes local files, and offered files', async () => {
  const { typist, peer } = await logIn({ columns: 100 });
  peer.event({
    ...{
      type: 'event',
      event: 'file',
      stream: 'inbox',
      seq: 1,
      from: 'Columbia',
      name: 'my\u0007 thesis.txt',
      size: 3,
    },
    ...{ sha256: '0'.repeat(64), sentAt },
  });
  await typist.see(() => typist.said.length === 1);
  const completed = async (typed: string, whole: string) => {
    typist.type(typed);
    await typist.seeLast(`${prompt}${typed}`.trimEnd());
    typist.type('\t');
    await typist.seeLast(`${prompt}${whole}`);
    typist.type('\u0015');
  };
  await completed('file Columbia package.j', 'file Columbia package.json');
  const asked = peer.next('fileget', 'ack').then((fileget) => fileget.reply({ files: [] }));
  await completed('fileget c', 'fileget Columbia');
  await asked;
  await completed('/get Columbia M', '/get Columbia my\\u{7} thesis.txt');
  await completed('filedecline columbia ', 'filedecline columbia my\\u{7} thesis.txt');
});

test('a completion that never arrives does not block typing', async () => {
  const program = `
    import { InteractiveScreen } from './client/terminal/interactive-screen.ts';
    const { stdin: input, stdout: output } = process;
    const screen = new InteractiveScreen({ input, output, interrupted() {}, complete: () => new Promise(() => {}) });
    screen.print('You said ' + (await screen.read('>> ', 'command')));
    screen.endInput();
  `;
  const typist = new TerminalDriver({ args: ['--import', 'tsx', '--input-type=module', '--eval', program] });
  onTestFinished(() => typist.close());
  await typist.seeLast('>>');
  typist.type('\ta');
  await typist.seeLast('>> a');
  typist.type('b');
  await typist.seeLast('>> ab');
  typist.enter('');
  await typist.seeLast('You said ab');
  expect(await typist.exited).toBe(0);
});
