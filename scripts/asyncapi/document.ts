import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { type Action, actions, commands, lastEvents } from '../../protocol/index.ts';
import {
  actionDescription,
  answersTo,
  eventMessageName,
  eventNames,
  type Message,
  messages,
  schemas,
} from './messages.ts';
import { type JsonSchema, unusedDescriptions } from './schemas.ts';

interface Reference {
  readonly $ref: string;
}

interface Channel {
  readonly address: null;
  readonly title: string;
  readonly description: string;
  readonly messages: Readonly<Record<string, Reference>>;
  readonly bindings: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly action: 'send' | 'receive';
  readonly channel: Reference;
  readonly title: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags?: readonly { readonly name: string }[];
  readonly messages: readonly Reference[];
  readonly reply?: { readonly channel: Reference; readonly messages: readonly Reference[] };
}

/** The parts of an AsyncAPI 3.0 document that this one has. https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: Readonly<Record<string, unknown>>;
  readonly defaultContentType: string;
  readonly servers: Readonly<Record<string, unknown>>;
  readonly channels: { readonly room: Channel };
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly correlationIds: Readonly<Record<string, unknown>>;
  };
}

const channel = { $ref: '#/channels/room' };
const onChannel = (name: string): Reference => ({ $ref: `#/channels/room/messages/${name}` });
const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

const sendOperation = (action: Action): [string, Operation] => [
  `send${capitalized(action)}`,
  {
    action: 'send',
    channel,
    title: action,
    summary: `${commands[action].summary}.`,
    description: actionDescription(action),
    tags: [{ name: commands[action].who }],
    messages: [onChannel(`${action}Request`)],
    reply: { channel, messages: answersTo(action).map(onChannel) },
  },
];

function receiveOperation({ name, title, summary }: Message, description?: string): [string, Operation] {
  const operation = { action: 'receive', channel, title, summary, messages: [onChannel(name)] } as const;
  return [`receive${capitalized(name)}`, description === undefined ? operation : { ...operation, description }];
}

const servers = {
  local: { host: '127.0.0.1:9000', protocol: 'ws', description: 'A room on this machine.' },
  deployed: {
    host: '{api}.execute-api.{region}.amazonaws.com',
    pathname: '/prod',
    protocol: 'wss',
    description: 'A room on AWS; deploying it prints its address.',
    variables: {
      api: { description: 'The id that API Gateway gave the room.' },
      region: { description: 'The AWS Region it is deployed to.', default: 'us-east-1' },
    },
  },
};

/**
 * The AsyncAPI document of the wire, from a client's side, derived from `protocol/`.
 * @throws if a field has no description, or a description no field.
 */
export function asyncApiDocument(): AsyncApiDocument {
  const byName = Object.fromEntries(messages().map((message) => [message.name, message]));
  const message = (name: string): Message => {
    const found = byName[name];
    if (!found) throw new Error(`No message ${name}.`);
    return found;
  };
  const sharedSchemas = schemas();
  const unused = unusedDescriptions();
  if (unused.length > 0) throw new Error(`Nothing is described by ${unused.join(', ')}.`);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Serverless chat room',
      version: '1.0.0',
      description: readFileSync(new URL('overview.md', import.meta.url), 'utf8'),
      license: { name: 'MIT-0', url: 'https://spdx.org/licenses/MIT-0.html' },
    },
    defaultContentType: 'application/json',
    servers,
    channels: {
      room: {
        // The channel has no address of its own: a room has one WebSocket and no paths.
        address: null,
        title: 'The room',
        description: 'The one WebSocket between a client and the room.',
        messages: Object.fromEntries(
          Object.keys(byName).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
        bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
      },
    },
    operations: Object.fromEntries([
      ...actions.map(sendOperation),
      ...eventNames.map((name) =>
        receiveOperation(
          message(eventMessageName(name)),
          lastEvents.has(name) ? 'The room closes the connection after it.' : undefined,
        ),
      ),
      receiveOperation(message('unroutableRefusal'), 'The answer to a frame that is no request for any action.'),
    ]),
    components: {
      messages: byName,
      schemas: sharedSchemas,
      correlationIds: {
        requestId: { description: 'Ties a reply to its request.', location: '$message.payload#/id' },
      },
    },
  };
}

/** The document as it is committed. */
export function render(document: AsyncApiDocument): string {
  const comment = '# Generated by `npm run generate` from protocol/. Do not edit.\n';
  // Quote times: many parsers still use YAML 1.1, which reads an unquoted time as a date.
  const compat = 'yaml-1.1';
  return comment + stringify(document, { compat, lineWidth: 120, blockQuote: 'literal', aliasDuplicateObjects: false });
}
