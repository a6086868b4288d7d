import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { variables } from '../../functions/aws/names.ts';

interface Template {
  Resources: Record<string, { Type: string; Properties: Record<string, unknown>; DependsOn?: string[] }>;
}

/** The changes that an emulator needs in a template. */
export interface Adaptation {
  readonly endpoint: string;
  readonly stage: string;
  /** Resource types that the emulator's CloudFormation refuses. */
  readonly withoutTypes: readonly string[];
}

/**
 * Adapts a synthesized stack, in its folder, to an emulator. Functions and the web page find the room at the emulator's address. Functions
 * hash passwords cheaply, and do not wait for log lines. Resources that the emulator does not support are left out.
 */
export function adaptAssembly(folder: string, stackId: string, adaptation: Adaptation): void {
  const file = join(folder, `${stackId}.template.json`);
  const before = readFileSync(file, 'utf8');
  const template = JSON.parse(before) as Template;
  leaveOut(template, adaptation.withoutTypes);
  const [api] =
    Object.entries(template.Resources).find(
      ([, { Type, Properties }]) => Type === 'AWS::ApiGatewayV2::Api' && Properties['ProtocolType'] === 'WEBSOCKET',
    ) ?? [];
  const { endpoint, stage } = adaptation;
  const apiAt = (origin: string) => ({ 'Fn::Join': ['', [`${origin}/_aws/execute-api/`, { Ref: api }, `/${stage}`]] });
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
    const addresses = {
      [variables.connectionsEndpoint]: apiAt(endpoint),
      [variables.roomAddress]: apiAt(endpoint.replace(/^http/, 'ws')),
      [variables.bucketOrigin]: endpoint,
    };
    for (const [name, address] of Object.entries(addresses)) if (name in Variables) Variables[name] = address;
    Variables[variables.passwordCost] = '4';
    Variables[variables.roomKind] = 'local';
    Variables[variables.logLateness] = '0';
  }
  const after = JSON.stringify(template, undefined, 1);
  writeFileSync(file, after);
  // The CDK uploads a template under the hash of its content, and skips it if that object exists.
  for (const manifest of ['manifest.json', `${stackId}.assets.json`]) {
    const path = join(folder, manifest);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(sha256(before), sha256(after)));
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function leaveOut({ Resources }: Template, types: readonly string[]): void {
  const gone = new Set(Object.keys(Resources).filter((id) => types.includes(Resources[id]?.Type ?? '')));
  for (const id of gone) delete Resources[id];
  for (const resource of Object.values(Resources)) {
    if (resource.DependsOn) resource.DependsOn = [resource.DependsOn].flat().filter((id) => !gone.has(id));
  }
}
