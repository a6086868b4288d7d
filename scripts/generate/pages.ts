import { asyncApiDocument, render } from '../asyncapi/document.ts';
import { readPermissions } from '../permissions/permissions.ts';
import { renderPermissions } from '../permissions/table.ts';
import type { GeneratedFile } from './indexes.ts';

/** The AsyncAPI document of the wire. */
export const asyncApiPage = (): GeneratedFile => ({ path: 'docs/asyncapi.yaml', text: render(asyncApiDocument()) });

/** The page of the functions' permissions, from the synthesized template in a folder. */
export async function permissionsPage(assembly: string): Promise<GeneratedFile> {
  const { all } = await readPermissions(assembly);
  return { path: 'docs/permissions.md', text: renderPermissions(all) };
}

/** Every generated page. */
export const pages = async (root: string): Promise<GeneratedFile[]> => [
  asyncApiPage(),
  await permissionsPage(`${root}/cdk.out`),
];
