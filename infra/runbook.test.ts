import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ofType, synthesizeTemplate } from './test-template.ts';

/** The expected resource type of each output that the runbook's commands use. */
const asked = {
  LogGroup: 'AWS::Logs::LogGroup',
  DeadLettersUrl: 'AWS::SQS::Queue',
  SweeperFunction: 'AWS::Lambda::Function',
};

test("the stack has the outputs that the runbook's commands use", () => {
  const runbook = readFileSync(new URL('../docs/runbook.md', import.meta.url), 'utf8');
  const names = [...runbook.matchAll(/\$\(output (\w+)\)/g)].map(([, name]) => name);
  expect([...new Set(names)].toSorted()).toEqual(Object.keys(asked).toSorted());
  const { Resources: resources, Outputs: outputs } = synthesizeTemplate();
  for (const [name, type] of Object.entries(asked)) {
    const ids = ofType(resources, type).map(([id]) => ({ Ref: id }));
    expect(ids, name).toContainEqual(outputs[name]?.Value);
  }
  expect(JSON.stringify(outputs['SweeperFunction'])).toContain('"Sweeper');
});
