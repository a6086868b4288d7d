import type { AdminRoom } from '../ports.ts';
import { type Examine, type Finding, lookTwice } from './finding.ts';
import type { KnownConnection } from './ports.ts';

/** A connection younger than this (ms) may not be there yet: API Gateway has it when `$connect` has returned. */
const freshness = 30_000;

/** Every connection on record, against the sessions and API Gateway. */
export const examineConnections: Examine = async (room, from) => {
  const { items, next } = await room.records.connections(from);
  const findings = await lookTwice(room, items, (connection) => lookAtConnection(room, connection));
  return { checked: items.length, findings, next };
};

async function lookAtConnection(room: AdminRoom, seen: KnownConnection): Promise<Finding | undefined> {
  const connection = await room.connections.find(seen.connectionId);
  if (!connection) return undefined;
  const { connectionId, member } = connection;
  if (!member) {
    const isOld = seen.connectedAt < room.clock.now() - freshness;
    if (!isOld || (await room.gateway.lastActiveAt(connectionId)) !== undefined) return undefined;
    return {
      kind: 'connection-forgotten',
      about: connectionId,
      text: `The connection ${connectionId} is on record, and API Gateway does not have it.`,
      repair: async () => (await room.connections.close(connectionId)) !== undefined,
    };
  }
  const session = await room.sessions.find(member.name);
  if (session?.connectionId === connectionId) return undefined;
  // Whatever binds a connection or ends a session does both at once: so this one was left behind, if it is still there.
  return {
    kind: 'connection-without-session',
    about: member.displayName,
    text: `${member.displayName} may speak over the connection ${connectionId}, and is not online over it.`,
    repair: async () => {
      // Its $disconnect, if it comes, has it forgotten too.
      await room.gateway.close(connectionId);
      await room.connections.close(connectionId);
      return true;
    },
  };
}
