import { describe, expect, test } from 'vitest';
import { type Action, actions, type Command, commands, events, lastEvents, mostTokens, streamEvents } from './index.ts';

// docs/asyncapi.yaml records every command and event, so a change of the contract appears there.

const entries = actions.map((action): readonly [string, Command] => [action, commands[action]]);
const actionsThat = (condition: (entry: Command) => boolean) =>
  entries.filter(([, entry]) => condition(entry)).map(([action]) => action);

describe('the entries of the commands', () => {
  test('weigh what they cost, and no more than fits into any burst', () => {
    const weightOf = (action: Action) => entries.find(([name]) => name === action)?.[1].weight ?? 1;
    for (const dear of ['broadcast', 'file', 'login'] as const)
      expect(weightOf(dear)).toBeGreaterThan(weightOf('whoelse'));
    for (const action of actions) expect(weightOf(action)).toBeLessThanOrEqual(mostTokens);
  });

  test('every command of a member counts as activity, except those that clients send by themselves and logout', () => {
    const idle = actionsThat(({ who, activity }) => who === 'member' && !activity);
    expect(idle).toEqual([...actionsThat(({ audit }) => audit?.refusalsOnly === true), 'logout'].toSorted());
    expect(commands.ping.activity).toBe(false);
  });

  test('ping runs no Lambda function, ack and here are one-way, and logout is answered before the room closes the connection', () => {
    const special = entries.filter(([, { reply }]) => reply !== 'response');
    expect(Object.fromEntries(special.map(([action, { reply }]) => [action, reply]))).toEqual({
      ping: 'mock',
      ack: 'none',
      here: 'none',
      logout: 'posted',
    });
  });

  test('exactly the mocks are open to anyone', () => {
    expect(actionsThat(({ who }) => who === 'anyone')).toEqual(actionsThat(({ reply }) => reply === 'mock'));
  });

  test('a refusal that means success after a repeat is one of the command’s own refusals', () => {
    for (const [action, { repeat, refusals }] of entries) {
      if (typeof repeat === 'object') expect(refusals, action).toContain(repeat.doneIf);
    }
  });

  test('a command that creates or replaces a secret is never repeated without the user', () => {
    const secrets = /password|token/i;
    for (const [action, { request, repeat }] of entries) {
      if (Object.keys(request).some((field) => secrets.test(field))) expect(repeat, action).toBe('never');
    }
  });

  test('a command that the room recognizes when it is repeated commits one message', () => {
    for (const action of actionsThat(({ repeat }) => repeat === 'marked')) {
      expect(Object.fromEntries(entries)[action]?.result, action).toHaveProperty('seq');
    }
  });

  test('summaries start with a verb, for `help`, and do not end in a full stop', () => {
    for (const [action, { summary }] of entries) expect(summary, action).toMatch(/^[A-Z][a-z]+\b.*[^.]$/);
  });

  test('the log takes names only from existing arguments', () => {
    for (const [action, { request, audit }] of entries) {
      if (audit?.concerns) expect(request, action).toHaveProperty(audit.concerns);
    }
  });
});

describe('events', () => {
  test('an event has a sequence number if and only if it is stored in a stream', () => {
    const numbered = Object.entries(events).filter(([, event]) => 'seq' in event.entries);
    expect(numbered.map(([name]) => name)).toEqual([...streamEvents]);
  });

  test('the room closes the connection after timeout, kicked, stop and replaced', () => {
    expect([...lastEvents]).toEqual(['timeout', 'kicked', 'stop', 'replaced']);
  });
});
