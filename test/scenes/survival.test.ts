import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StreamMessage } from '../../protocol/index.ts';
import { RawClient } from '../harness/raw-client.ts';
import { password } from '../harness/room.ts';
import { startRoomProcess } from '../harness/room-process.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chat-survival-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const people = ['facebook', 'Columbia', 'Google', 'csee4119'] as const;

async function enter(url: string, user: string): Promise<RawClient> {
  const client = await RawClient.open(url);
  await client.ask('register', { user, password });
  await client.get('login', { user, password });
  return client;
}

async function everything(client: RawClient): Promise<StreamMessage[]> {
  const messages: StreamMessage[] = [];
  for (let from = { inbox: 0, room: 0 }; ; ) {
    const page = await client.get('sync', from);
    messages.push(...page.messages);
    from = page.upTo;
    if (!page.more) return messages;
  }
}

test('a room that was killed during a conversation has every acknowledged message', async () => {
  const acknowledged: { text: string; to: string | undefined; seq: number }[] = [];
  const attempted = new Set<string>();

  const first = await startRoomProcess(dataDir);
  const clients = await Promise.all(people.map((user) => enter(first.url, user)));
  const talk = async (client: RawClient, person: number, i: number) => {
    const [user, to] = [people[person], people[(person + 1) % people.length]];
    const text = `${user} ${i}`;
    attempted.add(text);
    const reply =
      i % 2 === 0 ? await client.ask('broadcast', { text }) : await client.ask('message', { to: to ?? '', text });
    if (reply.ok) acknowledged.push({ text, to: i % 2 === 0 ? undefined : to, seq: reply.seq });
  };
  const talking = clients.map(async (client, person) => {
    for (let i = 0; ; i += 1) await talk(client, person, i);
  });
  const cutOff = Promise.allSettled(talking);
  await expect.poll(() => acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(60);
  await first.killHard();
  await cutOff;

  const second = await startRoomProcess(dataDir);
  // The room's restart has ended all connections, so all users can log in at once.
  const again = await Promise.all(people.map((user) => enter(second.url, user)));
  const inboxes = new Map<string, StreamMessage[]>();
  for (const [person, client] of again.entries()) inboxes.set(people[person] ?? '', await everything(client));
  for (const { text, to, seq } of acknowledged) {
    for (const reader of to === undefined ? people : [to]) {
      const found = inboxes.get(reader)?.filter((one) => 'text' in one && one.text === text);
      expect(found).toEqual([expect.objectContaining({ seq })]);
    }
  }
  for (const messages of inboxes.values()) {
    for (const stream of ['inbox', 'room']) {
      const seqs = messages.filter((one) => one.stream === stream).map((one) => one.seq);
      expect(seqs).toEqual(seqs.map((_, i) => i + 1));
    }
    for (const one of messages) expect(attempted).toContain('text' in one ? one.text : one.event);
  }
  expect(await second.stop()).toBe(0);
});
