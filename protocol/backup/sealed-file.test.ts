import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ByteSource, beginning, DamagedFileError, headerBytes, readSealed, sealMember } from './sealed-file.ts';

function fileOf(texts: readonly string[]): Buffer {
  let at = beginning;
  const members = texts.map((text) => {
    const { member, next } = sealMember(gzipSync(text), at);
    at = next;
    return member;
  });
  return Buffer.concat(members);
}

const sourceOf = (file: Uint8Array): ByteSource => ({
  size: file.length,
  read: async (offset, length) => file.subarray(offset, offset + length),
});

async function membersOf(file: Uint8Array): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const { member } of readSealed(sourceOf(file))) found.push(member);
  return found;
}

const texts = ['{"header":{}}\n', `${'{"user":{}}\n'.repeat(500)}`, '{"trailer":{}}\n'];
const whole = fileOf(texts);

describe('a sealed file', () => {
  test('can be read by zcat', () => {
    expect(execFileSync('zcat', { input: whole, encoding: 'utf8' })).toBe(texts.join(''));
  });

  test('is read member by member, from any member on', async () => {
    const positions = [beginning];
    for await (const { next } of readSealed(sourceOf(whole))) positions.push(next);
    expect(positions.at(-1)?.offset).toBe(whole.length);
    const members = await membersOf(whole);
    for (const [i, position] of positions.entries()) {
      const rest: Uint8Array[] = [];
      for await (const { member } of readSealed(sourceOf(whole), position)) rest.push(member);
      expect(rest).toEqual(members.slice(i));
    }
  });

  test('is refused if any bit of any byte is flipped', async () => {
    for (let offset = 0; offset < whole.length; offset += 1) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(offset) ^ (1 << (offset % 8)), offset);
      await expect(membersOf(damaged), `byte ${offset}`).rejects.toThrow(DamagedFileError);
    }
  });

  test('is refused when cut within a member; a cut between members yields the members before it', async () => {
    const members = await membersOf(whole);
    const ends = members.map((_, i) => Buffer.concat(members.slice(0, i + 1)).length);
    for (let length = 1; length < whole.length; length += 1) {
      const cut = membersOf(whole.subarray(0, length));
      if (ends.includes(length)) expect(await cut).toEqual(members.slice(0, ends.indexOf(length) + 1));
      else await expect(cut, `cut at ${length}`).rejects.toThrow(DamagedFileError);
    }
  });

  test('is refused if members are missing, duplicated, moved or inserted', async () => {
    const members = await membersOf(whole);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(members.length - 1), { minLength: 1, maxLength: 5 }), async (order) => {
        const isBeginning = order.every((place, i) => place === i);
        const shuffled = membersOf(Buffer.concat(order.map((place) => members[place] ?? whole)));
        if (isBeginning) await shuffled;
        else await expect(shuffled).rejects.toThrow(DamagedFileError);
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.uint8Array({ minLength: 1, maxLength: 100 }), async (offset, junk) => {
        const longer = Buffer.concat([whole.subarray(0, offset), junk, whole.subarray(offset)]);
        await expect(membersOf(longer)).rejects.toThrow(DamagedFileError);
      }),
    );
  });

  test('is refused when a damaged length exceeds the largest member', async () => {
    const damaged = Buffer.from(whole);
    damaged.writeUInt32LE(0xffff_ffff, headerBytes - 36);
    await expect(membersOf(damaged)).rejects.toThrow(DamagedFileError);
  });

  test('that is another kind of file is not a backup', async () => {
    await expect(membersOf(gzipSync('hello'.repeat(50)))).rejects.toThrow('It is not a backup of a room.');
    await expect(membersOf(Buffer.from('hello'))).rejects.toThrow('It is not a backup of a room.');
  });
});
