import { createHash } from 'node:crypto';
import { RoomError } from '../errors.ts';

/** A resource of a CloudFormation template. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The stack name, account and Region for a template's pseudo parameters. */
export interface Target {
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
}

/** A CloudFormation template. Evaluates its intrinsic functions and pseudo parameters. */
export class Template {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly target: Target;
  readonly #pseudo: ReadonlyMap<string, string>;

  constructor(resources: ReadonlyMap<string, Resource>, target: Target) {
    this.resources = resources;
    this.target = target;
    this.#pseudo = new Map([
      ['AWS::AccountId', target.account],
      ['AWS::Region', target.region],
      ['AWS::Partition', 'aws'],
      ['AWS::URLSuffix', 'amazonaws.com'],
      ['AWS::StackName', target.stackName],
      ['AWS::StackId', `arn:aws:cloudformation:${target.region}:${target.account}:stack/${target.stackName}/local`],
    ]);
  }

  /** The resources of one type, with their logical ids. */
  *ofType(type: string): Generator<[logicalId: string, resource: Resource]> {
    for (const entry of this.resources) if (entry[1].Type === type) yield entry;
  }

  /**
   * Evaluates the intrinsic functions in a value.
   * @throws RoomError on an unsupported intrinsic function or an unknown reference.
   */
  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (first !== undefined && entries.length === 1 && (first[0] === 'Ref' || first[0].startsWith('Fn::'))) {
      return this.#evaluate(first[0], first[1]);
    }
    return Object.fromEntries(entries.map(([key, item]) => [key, this.resolve(item)]));
  }

  #evaluate(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.#ref(text(argument));
      case 'Fn::GetAtt': {
        const [logicalId, attribute] = Array.isArray(argument) ? argument : text(argument).split('.');
        return this.#attribute(text(logicalId), text(attribute));
      }
      case 'Fn::Join': {
        const [separator, items] = list(argument);
        return list(this.resolve(items)).map(text).join(text(separator));
      }
      case 'Fn::Sub': {
        const [pattern, variables] = Array.isArray(argument) ? argument : [argument, {}];
        return this.#substitute(text(pattern), new Map(Object.entries(Object(this.resolve(variables)))));
      }
      case 'Fn::Select': {
        const [index, items] = list(argument);
        return list(this.resolve(items))[Number(index)];
      }
      case 'Fn::Split': {
        const [separator, whole] = list(argument);
        return text(this.resolve(whole)).split(text(separator));
      }
      default:
        throw new RoomError(`the template uses ${name}, which the local room does not know`);
    }
  }

  #substitute(pattern: string, variables: ReadonlyMap<string, unknown>): string {
    return pattern.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      if (variables.has(name)) return text(variables.get(name));
      const [logicalId = '', ...attribute] = name.split('.');
      return attribute.length === 0 ? this.#ref(name) : this.#attribute(logicalId, attribute.join('.'));
    });
  }

  #ref(name: string): string {
    const pseudo = this.#pseudo.get(name);
    if (pseudo !== undefined) return pseudo;
    const resource = this.#resource(name);
    if (resource.Type === 'AWS::ApiGatewayV2::Stage') return text(resource.Properties?.StageName);
    if (resource.Type === 'AWS::ApiGatewayV2::Api') return shortId(`${this.target.stackName}/${name}`);
    if (resource.Type === 'AWS::ApiGatewayV2::DomainName') return text(resource.Properties?.DomainName);
    const generated = `${this.target.stackName}-${name}`;
    // Bucket names are lower case.
    return resource.Type === 'AWS::S3::Bucket' ? generated.toLowerCase() : generated;
  }

  #attribute(logicalId: string, attribute: string): string {
    const { Type } = this.#resource(logicalId);
    if (attribute === 'Arn') {
      const { region, account } = this.target;
      const name = this.#ref(logicalId);
      // The ARNs of these two types have no Region. Bucket names are globally unique, so their ARNs have no account either.
      if (Type === 'AWS::S3::Bucket') return `arn:aws:s3:::${name}`;
      if (Type === 'AWS::IAM::Role') return `arn:aws:iam::${account}:role/${name}`;
      const service = Type.split('::')[1]?.toLowerCase() ?? '';
      const path: Record<string, string> = {
        'AWS::Lambda::Function': `function:${name}`,
        'AWS::DynamoDB::GlobalTable': `table/${name}`,
        'AWS::DynamoDB::Table': `table/${name}`,
        'AWS::Events::Rule': `rule/${name}`,
        'AWS::SQS::Queue': name,
        'AWS::Logs::LogGroup': `log-group:${name}:*`,
      };
      const found = path[Type];
      if (found !== undefined) return `arn:aws:${service}:${region}:${account}:${found}`;
    }
    if (Type === 'AWS::ApiGatewayV2::Api' && attribute === 'ApiEndpoint') {
      return `https://${this.#ref(logicalId)}.execute-api.${this.target.region}.amazonaws.com`;
    }
    if (Type === 'AWS::S3::Bucket' && attribute === 'RegionalDomainName') {
      return `${this.#ref(logicalId)}.s3.${this.target.region}.amazonaws.com`;
    }
    if (Type === 'AWS::ApiGatewayV2::DomainName' && attribute === 'RegionalDomainName') {
      return `d-${shortId(`${this.target.stackName}/${logicalId}`)}.execute-api.${this.target.region}.amazonaws.com`;
    }
    throw new RoomError(
      `the template needs ${attribute} of ${logicalId} (${Type}), which the local room does not know`,
    );
  }

  #resource(logicalId: string): Resource {
    const resource = this.resources.get(logicalId);
    if (resource === undefined) throw new RoomError(`the template refers to ${logicalId}, which it does not define`);
    return resource;
  }
}

/** A deterministic id of ten letters and digits, like an API's. */
function shortId(seed: string): string {
  return BigInt(`0x${createHash('sha256').update(seed).digest('hex')}`)
    .toString(36)
    .slice(0, 10);
}

function text(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new RoomError(`the template has ${JSON.stringify(value)} where a text is needed`);
}

function list(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new RoomError(`the template has ${JSON.stringify(value)} where a list is needed`);
}
