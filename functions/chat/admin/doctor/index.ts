import * as v from 'valibot';
import { refuseHalfRestored } from '../half-restored.ts';
import type { AdminHandler } from '../handler.ts';
import type { AdminRoom } from '../ports.ts';
import { AdminRefusal } from '../refusal.ts';
import { examineAccounts, examineBlocks } from './accounts.ts';
import { examineConnections } from './connections.ts';
import { examineFiles, examineObjects } from './files.ts';
import type { Examine, Finding } from './finding.ts';
import { examineCount, examineSessions } from './sessions.ts';

/** The parts of an examination, in their order. */
const examinations: Readonly<Record<string, Examine>> = {
  count: examineCount,
  sessions: examineSessions,
  connections: examineConnections,
  accounts: examineAccounts,
  blocks: examineBlocks,
  files: examineFiles,
  objects: examineObjects,
};
const parts = Object.keys(examinations);

/** Where an examination goes on in the next invocation. */
const position = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({ part: v.picklist(parts), from: v.optional(v.string()) }),
);

/**
 * Compares what the tables, the bucket and API Gateway say of the room with one another. It only reads, unless it is to repair;
 * then each repair is guarded by what was found, so that a healthy busy room is left as it is. A room that is half restored is not
 * healthy: bytes whose file is yet to come would be taken for nobody's.
 */
export const doctor: AdminHandler<'doctor'> = async (room, { from, repair }) => {
  await refuseHalfRestored(room);
  const begun = v.safeParse(position, from ?? JSON.stringify({ part: parts[0] }));
  if (!begun.success) throw new AdminRefusal('bad-request', 'from: not where an examination goes on');
  const { part, from: at } = begun.output;
  const { checked, findings, next } = await (examinations[part] as Examine)(room, at);
  const following = next === undefined ? parts[parts.indexOf(part) + 1] : part;
  return {
    part,
    checked,
    findings: await Promise.all(findings.map((finding) => report(room, finding, repair))),
    ...(following !== undefined && { next: JSON.stringify({ part: following, from: next }) }),
  };
};

async function report(room: AdminRoom, finding: Finding, repair: boolean) {
  const { kind, about, text } = finding;
  return { kind, about, text, ...(repair && { repaired: await finding.repair(room) }) };
}
