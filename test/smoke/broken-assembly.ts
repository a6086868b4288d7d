import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../harness/ending.ts';

interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

/** A copy of the synthesized stack, to be broken on purpose. */
export class BrokenAssembly {
  readonly folder = temporaryFolder('broken-assembly-');
  readonly #file = join(this.folder, 'ServerlessChatRoom.template.json');

  constructor() {
    cpSync('cdk.out', this.folder, { recursive: true });
  }

  /** Removes the resources of a type that satisfy a condition. Throws if no resource does. */
  remove(type: string, fits: (resource: Resource, resources: Readonly<Record<string, Resource>>) => boolean): void {
    this.#change((resources) => {
      const found = Object.entries(resources).filter(([, one]) => one.Type === type && fits(one, resources));
      if (found.length === 0) throw new Error(`the stack has no such ${type}`);
      for (const [id] of found) delete resources[id];
    });
  }

  /** Removes an action from the role of a function. Throws if the role does not allow it. */
  deny(functionName: string, action: string): void {
    this.#change((resources) => {
      const { PolicyDocument } = propertiesOf<{ PolicyDocument: { Statement: { Action: string | string[] }[] } }>(
        resources,
        'AWS::IAM::Policy',
        functionName,
      );
      const left = PolicyDocument.Statement.filter(({ Action }) => ![Action].flat().includes(action));
      if (left.length === PolicyDocument.Statement.length) throw new Error(`${functionName} may not ${action}`);
      PolicyDocument.Statement = left;
    });
  }

  /** Replaces a text in the code of a function. Throws if the code does not contain it. */
  replace(functionName: string, pattern: RegExp, replacement: string): void {
    const { Resources } = this.#read();
    const { Code } = propertiesOf<{ Code: { S3Key: string } }>(Resources, 'AWS::Lambda::Function', functionName);
    const file = join(this.folder, `asset.${Code.S3Key.replace('.zip', '')}`, 'index.mjs');
    const code = readFileSync(file, 'utf8');
    const changed = code.replaceAll(pattern, replacement);
    if (changed === code) throw new Error(`the code of ${functionName} does not contain ${pattern}`);
    writeFileSync(file, changed);
  }

  #read(): { Resources: Record<string, Resource> } {
    return JSON.parse(readFileSync(this.#file, 'utf8'));
  }

  #change(change: (resources: Record<string, Resource>) => void): void {
    const template = this.#read();
    change(template.Resources);
    writeFileSync(this.#file, JSON.stringify(template));
  }
}

/** The properties of the first resource of a type whose logical id begins so. */
function propertiesOf<P>(resources: Readonly<Record<string, Resource>>, type: string, id: string): P {
  const found = Object.entries(resources).find(([logicalId, { Type }]) => Type === type && logicalId.startsWith(id));
  if (found === undefined) throw new Error(`the stack has no ${type} ${id}`);
  return found[1].Properties as P;
}
