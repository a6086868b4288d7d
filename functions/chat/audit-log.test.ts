import { expect, test } from 'vitest';
import { auditCommand } from './audit-log.ts';
import type { AuditEntry, Room } from './ports.ts';

test.each(['banned', 'invalid-password', 'no-such-user'] as const)(
  'a login refused as %s does not log the name, which was not looked up and may be a password',
  (result) => {
    const entries: AuditEntry[] = [];
    const parts: Partial<Room> = {
      auditLog: (entry) => void entries.push(entry),
      clock: { now: () => 0, sleepUntil: async () => {} },
    };
    const request = {
      action: 'login',
      id: undefined,
      again: false,
      arguments: { user: 'a secret', password: 'x' },
    } as const;
    const caller = { connectionId: 'c1', address: '192.0.2.1', member: undefined };
    auditCommand(parts as Room, 0, caller, request, result);
    expect(entries).toMatchObject([{ what: 'login', result }]);
    expect(JSON.stringify(entries)).not.toContain('a secret');
  },
);
