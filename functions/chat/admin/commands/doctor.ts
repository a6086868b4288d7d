import * as v from 'valibot';
import { examineAccounts, examineBlocks } from '../doctor/accounts.ts';
import { examineConnections } from '../doctor/connections.ts';
import { examineFiles, examineObjects } from '../doctor/files.ts';
import type { Examine, Finding } from '../doctor/finding.ts';
import { examineCounts, examineSessions } from '../doctor/sessions.ts';
import type { AdminHandler } from '../handler.ts';
import type { AdminRoom } from '../ports.ts';
import { AdminRefusal } from '../refusal.ts';
import { refuseDuringRestore } from '../refuse-during-restore.ts';

/** The checks in their order. */
const examinations: Readonly<Record<string, Examine>> = {
  count: examineCounts,
  sessions: examineSessions,
  connections: examineConnections,
  accounts: examineAccounts,
  blocks: examineBlocks,
  files: examineFiles,
  objects: examineObjects,
};
const parts = Object.keys(examinations);

/** The continuation token. */
const position = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({ part: v.picklist(parts), from: v.optional(v.string()) }),
);

/**
 * Compares the tables, the bucket and API Gateway with one another. With `repair`, it repairs under the condition that nothing has
 * changed since, so that a healthy busy room stays untouched. It refuses a half-restored room, in which the bytes of files that are
 * not restored yet would look orphaned.
 */
export const doctor: AdminHandler<'doctor'> = async (room, { from, repair }) => {
  await refuseDuringRestore(room);
  const begun = v.safeParse(position, from ?? JSON.stringify({ part: parts[0] }));
  if (!begun.success) throw new AdminRefusal('bad-request', 'from: not a continuation token of this command');
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
