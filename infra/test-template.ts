import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ChatRoomStack } from './chat-room-stack.ts';
import { parseConfig, type RoomConfig } from './config.ts';
import { functions } from './functions.ts';

/** A resource of a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}

/** A statement of a policy. A list with one item may be written as the item. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** A synthesized stack. */
export interface StackTemplate {
  /** By logical id. */
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

/** A configuration for tests, independent of `cdk.json`. */
const plainConfig = {
  stackName: 'ServerlessChatRoom',
  stage: 'prod',
  ephemeral: false,
  messageRetentionDays: 30,
  fileRetentionDays: 14,
  logRetentionDays: 30,
  alarmEmail: null,
  accountBudget: null,
  customDomain: null,
  throttling: {
    stage: { rate: 1000, burst: 1000 },
    routes: { login: { rate: 50, burst: 100 } },
    page: { rate: 1, burst: 10 },
  },
  tracing: false,
  tags: {},
};

/** The stack's resources by logical id. */
export function synthesize(changes: Partial<RoomConfig> = {}): StackTemplate['Resources'] {
  return synthesizeTemplate(changes).Resources;
}

/** The templates that were synthesized in this process, by configuration. */
const templates = new Map<string, StackTemplate>();

/** The stack's template. */
export function synthesizeTemplate(changes: Partial<RoomConfig> = {}): StackTemplate {
  const config = parseConfig({ ...plainConfig, ...changes });
  const key = JSON.stringify(config);
  const template = templates.get(key) ?? synthesizeStack(config);
  templates.set(key, template);
  return template;
}

/** The bundles are stubs, because only their paths matter. */
function synthesizeStack(config: RoomConfig): StackTemplate {
  const bundles = mkdtempSync(join(tmpdir(), 'bundles-'));
  try {
    for (const name of Object.keys(functions)) {
      mkdirSync(join(bundles, name));
      writeFileSync(join(bundles, name, 'index.mjs'), `export const handler = '${name}';`);
    }
    const app = new App({ outdir: join(bundles, 'cdk.out'), analyticsReporting: false });
    return Template.fromStack(new ChatRoomStack(app, 'Room', { bundles, config })).toJSON() as StackTemplate;
  } finally {
    rmSync(bundles, { recursive: true });
  }
}

/** The resources of one type, by logical id. */
export function ofType(
  resources: Readonly<Record<string, TemplateResource>>,
  type: string,
): [string, TemplateResource][] {
  return Object.entries(resources).filter(([, resource]) => resource.Type === type);
}

/** Whether a value of a template contains a reference to a resource. */
export function refersTo(value: unknown, logicalId: string): boolean {
  return JSON.stringify(value).includes(`"${logicalId}"`);
}

/** The statements of all policies of a role. */
export function statementsOf(resources: Readonly<Record<string, TemplateResource>>, roleId: string): Statement[] {
  return ofType(resources, 'AWS::IAM::Policy')
    .filter(([, policy]) => refersTo(policy.Properties['Roles'], roleId))
    .flatMap(([, policy]) => (policy.Properties['PolicyDocument'] as { Statement: Statement[] }).Statement);
}
