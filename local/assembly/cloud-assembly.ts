import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import * as v from 'valibot';
import { codeOf, messageOf, RoomError } from '../errors.ts';
import { type Resource, Template } from './template.ts';

const manifestSchema = v.object({
  artifacts: v.record(
    v.string(),
    v.object({
      type: v.string(),
      environment: v.optional(v.string()),
      properties: v.optional(
        v.object({
          templateFile: v.optional(v.string()),
          file: v.optional(v.string()),
          stackName: v.optional(v.string()),
        }),
      ),
    }),
  ),
});

const templateSchema = v.object({
  Resources: v.record(
    v.string(),
    v.object({ Type: v.string(), Properties: v.optional(v.record(v.string(), v.unknown())) }),
  ),
  Outputs: v.optional(v.record(v.string(), v.object({ Value: v.unknown() })), {}),
});

const assetsSchema = v.object({
  files: v.record(
    v.string(),
    v.object({
      source: v.object({ path: v.optional(v.string()) }),
      destinations: v.record(v.string(), v.object({ objectKey: v.string() })),
    }),
  ),
});

/** The output of the CDK: a stack's template, and the folders of its assets. */
export interface CloudAssembly {
  readonly template: Template;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The folders of the assets, by the object keys in the template. */
  readonly assets: ReadonlyMap<string, string>;
}

/**
 * Reads a cloud assembly (`cdk.out`) that holds one stack.
 * @throws RoomError if the folder holds no assembly, or not exactly one stack.
 */
export async function readCloudAssembly(folder: string): Promise<CloudAssembly> {
  const manifest = await readJson(folder, 'manifest.json', manifestSchema);
  const artifacts = Object.entries(manifest.artifacts);
  const stacks = artifacts.filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack');
  const [stack] = stacks;
  if (stack === undefined || stacks.length > 1) {
    throw new RoomError(`${folder} holds ${stacks.length} stacks; the local room runs exactly one`);
  }
  const [id, { environment = '', properties }] = stack;
  const template = await readJson(folder, properties?.templateFile ?? `${id}.template.json`, templateSchema);
  const assets = new Map<string, string>();
  for (const [, artifact] of artifacts) {
    if (artifact.type !== 'cdk:asset-manifest' || artifact.properties?.file === undefined) continue;
    const { files } = await readJson(folder, artifact.properties.file, assetsSchema);
    for (const { source, destinations } of Object.values(files)) {
      if (source.path === undefined) continue;
      for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, resolve(folder, source.path));
    }
  }
  const [, account = '', region = ''] = /^aws:\/\/([^/]+)\/(.+)$/.exec(environment) ?? [];
  return {
    template: new Template(new Map<string, Resource>(resourcesOf(template)), {
      stackName: properties?.stackName ?? id,
      account: /^\d{12}$/.test(account) ? account : '000000000000',
      region: region === '' || region.startsWith('unknown-') ? 'us-east-1' : region,
    }),
    outputs: Object.fromEntries(Object.entries(template.Outputs).map(([name, { Value }]) => [name, Value])),
    assets,
  };
}

function* resourcesOf(template: v.InferOutput<typeof templateSchema>): Generator<[string, Resource]> {
  for (const [logicalId, { Type, Properties }] of Object.entries(template.Resources)) {
    yield [logicalId, { Type, Properties: Properties ?? {} }];
  }
}

async function readJson<S extends v.GenericSchema>(folder: string, file: string, schema: S): Promise<v.InferOutput<S>> {
  const path = join(folder, basename(file));
  try {
    return v.parse(schema, JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      throw new RoomError(`${path} is missing: synthesize the stack first (npm run synth)`);
    }
    throw new RoomError(`${path} cannot be read: ${messageOf(error)}`);
  }
}
