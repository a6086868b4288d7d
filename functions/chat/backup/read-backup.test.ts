import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ByteSource, beginning, DamagedFileError, sealMember } from '../../../protocol/backup/sealed-file.ts';
import { checkRecords, readRecords, unchecked, wholeFile } from './read-backup.ts';
import { formatName, formatVersion, type KeptMessage, parseLine, toLine } from './records.ts';

const takenAt = '2026-11-24T21:32:30.000Z';
const settings = { maxCon: 5, blockTime: 60, lastHour: 100, timeOut: 600, minPassword: 8, grace: 30 };
const header = toLine('header', { format: formatName, version: formatVersion, takenAt, settings });
const user = toLine('user', {
  name: 'columbia',
  displayName: 'Columbia',
  accountId: '0a1',
  passwordHash: '$scrypt$ln=17,r=8,p=1$c2FsdA$a2V5',
  blocks: {},
  inboxAcked: 0,
  roomAcked: 0,
});
const said: KeptMessage = {
  stream: 'inbox',
  owner: { name: 'columbia', accountId: '0a1' },
  seq: 1,
  event: 'message',
  from: 'facebook',
  text: 'hello',
  sentAt: takenAt,
  expiresAt: 1_800_000_000,
};
const message = toLine('message', said);
const loginBlock = toLine('loginBlock', { name: 'google', address: '::1', blockedUntil: 1, expiresAt: 1 });
const trailer = toLine('trailer', { counts: { users: 1, messages: 1, loginBlocks: 1, files: 0 }, lastBroadcast: 0 });

/** A file with valid seals and this content. */
function fileOf(lines: readonly string[]): ByteSource {
  let at = beginning;
  const members = lines.map((line) => {
    const { member, next } = sealMember(gzipSync(line), at);
    at = next;
    return member;
  });
  const file = Buffer.concat(members);
  return { size: file.length, read: async (offset, length) => file.subarray(offset, offset + length) };
}

/** Checks a file from end to end, as a restore does before it changes anything. */
async function check(...lines: string[]) {
  let known = unchecked;
  for await (const { records } of readRecords(fileOf(lines), beginning)) known = checkRecords(known, records);
  return wholeFile(known);
}

const good = [header, user, message, loginBlock, trailer];

describe('a sealed file', () => {
  test('is accepted if all records are in order', async () => {
    expect(await check(...good)).toMatchObject({ header: { settings }, trailer: { lastBroadcast: 0 } });
    expect(await check(good.join(''))).toBeDefined();
  });

  test('is refused in any other order, or with a record missing or duplicated', async () => {
    const orders = fc.array(fc.nat(good.length - 1), { maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        fc.pre(order.join() !== '0,1,2,3,4' && order.join() !== '0,2,1,3,4');
        await expect(check(...order.map((place) => good[place] ?? ''))).rejects.toThrow(DamagedFileError);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['user', user],
    ['message', message],
    ['loginBlock', loginBlock],
  ])('is refused with a %s twice in a member, although the trailer counts both', async (kind, line) => {
    const counts = { users: 1, messages: 1, loginBlocks: 1, files: 0, [`${kind}s`]: 2 };
    const lines = good.flatMap((one) => (one === line ? [line, line] : [one])).slice(0, -1);
    const twice = [...lines, toLine('trailer', { counts, lastBroadcast: 0 })].join('');
    await expect(check(twice)).rejects.toThrow(`A ${kind} is in it twice.`);
  });

  test('is refused with a line that is not a record', async () => {
    const broken = ['hello\n', '[]\n', '{}\n', '{"user":{}}\n', '{"user":{},"message":{}}\n', '{"constructor":{}}\n'];
    for (const line of [...broken, user.trimEnd(), '\n', message.replace('"seq":1', '"seq":0')]) {
      await expect(check(header, line, message, loginBlock, trailer), line).rejects.toThrow(DamagedFileError);
    }
  });

  test('is refused with a password hash of unbounded cost', async () => {
    const costly = user.replace('ln=17', 'ln=30');
    await expect(check(header, costly, message, loginBlock, trailer)).rejects.toThrow(
      'A user in it is not well-formed: passwordHash: not a password hash of bounded cost.',
    );
  });

  const withSettings = (more: object) =>
    toLine('header', { format: formatName, version: formatVersion, takenAt, settings: { ...settings, ...more } });
  const manyBans = Object.fromEntries(Array.from({ length: 401 }, (_, i) => [`10.0.${i >> 8}.${i & 255}/32`, 0]));

  test.each<[string, object]>([
    ['bans that are no list', { bans: 'x' }],
    ['a ban of no address', { bans: { here: 0 } }],
    ['a ban of an address in another form', { bans: { '10.0.0.1': 0 } }],
    ['a ban without a time', { bans: { '10.0.0.1/32': 'always' } }],
    ['more bans than the item can hold', { bans: manyBans }],
    ['a setting out of its range', { maxCon: -1 }],
  ])('is refused with %s', async (_, more) => {
    await expect(check(withSettings(more), ...good.slice(1))).rejects.toThrow('A header in it is not well-formed');
    expect(await check(withSettings({ bans: { '10.0.0.1/32': 0 } }), ...good.slice(1))).toBeDefined();
  });

  test('sets nothing but settings and bans in the item that every command reads', async () => {
    const more = { open: true, restoring: 'x', logins: 'x', spent: 1e9, closedFor: 'x', usage: 'x', sweepUntil: 'x' };
    const { header: found } = await check(withSettings(more), ...good.slice(1));
    for (const name of Object.keys(more)) expect(found.settings).not.toHaveProperty(name);
  });

  test.each([
    ['"announcedUntil":"x"', user],
    ['"suspended":"no"', user],
    ['"suspended":false', user],
    ['"tries":[{"at":1}]', loginBlock],
    ['"tries":[{"at":1,"id":7}],"version":"v"', loginBlock],
    ['"goodAt":"x"', loginBlock],
    [`"blocks":${JSON.stringify(Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`id${i}`, 'x'])))}`, user],
    ['"seq":4503599627370496', message.replace('"seq":1,', '')],
    ['"lastBroadcast":1e300', trailer.replace(',"lastBroadcast":0', '')],
  ])('is refused with %s', async (attribute, line) => {
    const wrong = `${line.trimEnd().slice(0, -2)},${attribute}}}\n`;
    await expect(check(...good.map((one) => (one.slice(0, 6) === line.slice(0, 6) ? wrong : one)))).rejects.toThrow(
      'in it is not well-formed',
    );
  });

  const who = { name: 'columbia', displayName: 'Columbia', accountId: '0a1' };
  const file = {
    ...{
      recipient: '0a1',
      file: '0a2/x',
      to: who,
      from: who,
      name: 'x',
      size: 1,
      sha256: 'aa',
      state: 'stored' as const,
    },
    ...{ objectKey: 'files/0a1/0a2/x', uploadUntil: 1, dueAt: 2, told: { seq: 1, at: 1 }, expiresAt: 3 },
  };

  test.each(['to', 'from', 'sha256', 'uploadUntil', 'dueAt'])('is refused with a file without %s', (attribute) => {
    expect(parseLine(toLine('file', file))).toEqual({ kind: 'file', file });
    const less = JSON.stringify({ file: { ...file, [attribute]: undefined } });
    expect(() => parseLine(less)).toThrow('A file in it is not well-formed');
  });

  test('is refused by name when it is newer', async () => {
    const newer = header.replace(`"version":${formatVersion}`, `"version":${formatVersion + 1},"and":"more"`);
    await expect(check(newer, ...good.slice(1))).rejects.toThrow(
      'Its format is version 2; this room reads 1 and older.',
    );
    await expect(check(header.replace(formatName, 'a cake'))).rejects.toThrow('It is not a backup of a room.');
  });

  test('keeps unknown attributes of accounts and messages, and sets', async () => {
    const more = toLine('message', { ...said, hiddenFrom: new Set(['0b2']), later: { nested: new Set([1]) } });
    for await (const { records } of readRecords(fileOf([more]), beginning)) {
      expect(records).toEqual([
        { kind: 'message', message: { ...said, hiddenFrom: new Set(['0b2']), later: { nested: new Set([1]) } } },
      ]);
    }
  });

  test('is refused if a member unpacks to more than the limit', async () => {
    await expect(check('x'.repeat(65 * 2 ** 20))).rejects.toThrow('It cannot be unpacked');
  });
});
