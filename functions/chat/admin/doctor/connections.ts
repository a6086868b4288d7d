import type { AdminRoom } from '../ports.ts';
import { type Examine, type Finding, lookTwice } from './finding.ts';
import type { KnownConnection } from './ports.ts';

/** API Gateway does not know a connection until `$connect` has returned: skip connections younger than this (ms). */
const freshness = 30_000;

/** Compares each connection on record with the sessions and API Gateway. */
export const examineConnections: Examine = async (room, from) => {
  const { items, next } = await room.doctorStore.connections(from);
  const findings = await lookTwice(room, items, (connection) => lookAtConnection(room, connection));
  return { checked: items.length, findings, next };
};

async function lookAtConnection(room: AdminRoom, seen: KnownConnection): Promise<Finding | undefined> {
  const connection = await room.connections.find(seen.connectionId);
  if (!connection) return undefined;
  const { connectionId, member } = connection;
  if (!member) {
    const isOld = seen.connectedAt < room.clock.now() - freshness;
    if (!isOld || (await room.gateway.isOpen(connectionId))) return undefined;
    return {
      kind: 'connection-forgotten',
      about: connectionId,
      text: `The connection ${connectionId} is on record, but API Gateway does not know it.`,
      repair: async () => (await room.connections.close(connectionId)) !== undefined,
    };
  }
  const session = await room.sessions.find(member.name);
  if (session?.connectionId === connectionId) return undefined;
  // Binding a connection and ending a session are transactions, so this one was left behind.
  return {
    kind: 'connection-without-session',
    about: member.displayName,
    text: `The connection ${connectionId} is bound to ${member.displayName}, but that user's session does not use it.`,
    repair: async () => {
      // A later $disconnect does no harm.
      await room.gateway.close(connectionId);
      await room.connections.close(connectionId);
      return true;
    },
  };
}
