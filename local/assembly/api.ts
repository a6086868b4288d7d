import * as v from 'valibot';
import { RoomError } from '../errors.ts';
import { readProperties } from './properties.ts';
import type { Template } from './template.ts';

/** The integration behind a route. */
export type Integration =
  | { readonly type: 'AWS_PROXY'; readonly functionArn: string; readonly timeoutMs: number }
  | { readonly type: 'MOCK'; readonly reply: string | undefined };

/** A route's throttle: the sustained rate in requests a second, and the burst. */
export interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

export interface Route {
  readonly key: string;
  readonly integration: Integration;
  /** Whether the client gets the integration's response. */
  readonly twoWay: boolean;
  /** The stage's throttle for this route, if any. */
  readonly throttle: Throttle | undefined;
}

/** A WebSocket API of the stack, with its one stage. */
export interface WebSocketApi {
  readonly id: string;
  readonly stage: string;
  /** `<id>.execute-api.<region>.amazonaws.com`. */
  readonly domainName: string;
  /** The API's custom domains. */
  readonly customDomainNames: readonly string[];
  /** The path of the route key in a message's JSON body. */
  readonly routeKeyPath: readonly string[];
  readonly routes: ReadonlyMap<string, Route>;
}

const defaultKey = '$default';
// 29 seconds is both the maximum and the default for a WebSocket API's integration.
const maximumTimeoutMs = 29_000;

/** Without a selection expression no template is used. API Gateway refuses the unescaped `$default`. */
const templateEntries = { TemplateSelectionExpression: v.optional(v.literal('\\$default')) };
const templates = v.optional(v.record(v.string(), v.string()), {});

const integrationEntries = {
  IntegrationType: v.picklist(['AWS_PROXY', 'MOCK']),
  IntegrationUri: v.optional(v.string(), ''),
  TimeoutInMillis: v.optional(v.pipe(v.number(), v.minValue(50), v.maxValue(maximumTimeoutMs)), maximumTimeoutMs),
  RequestTemplates: templates,
  ...templateEntries,
};

const integrationResponseEntries = {
  IntegrationId: v.string(),
  IntegrationResponseKey: v.string(),
  ResponseTemplates: templates,
  ...templateEntries,
};

const routeEntries = {
  RouteKey: v.string(),
  Target: v.pipe(v.string(), v.startsWith('integrations/')),
  AuthorizationType: v.optional(v.literal('NONE')),
  ApiKeyRequired: v.optional(v.literal(false)),
  RouteResponseSelectionExpression: v.optional(v.literal(defaultKey)),
};

/** The throttle of a stage or a route, in the template. */
export const throttleSettings = v.pipe(
  v.object({ ThrottlingRateLimit: v.number(), ThrottlingBurstLimit: v.number() }),
  v.transform(({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst }): Throttle => ({ rate, burst })),
);

const stageEntries = {
  StageName: v.string(),
  DefaultRouteSettings: v.optional(throttleSettings),
  RouteSettings: v.optional(v.record(v.string(), throttleSettings), {}),
};

/** Reads the WebSocket API of a template. */
export function readApi(template: Template): WebSocketApi {
  const { id, routeKeyPath } = readApiResource(template);
  const [stage] = readAll(template, 'AWS::ApiGatewayV2::Stage', stageEntries, id);
  if (stage === undefined) throw new RoomError('the stack has no stage for its WebSocket API');
  const integrations = readIntegrations(template, id);
  const answered = new Set(
    readAll(
      template,
      'AWS::ApiGatewayV2::RouteResponse',
      { RouteId: v.string(), RouteResponseKey: v.literal(defaultKey) },
      id,
    ).map(({ properties }) => properties.RouteId),
  );
  const { StageName, DefaultRouteSettings, RouteSettings } = stage.properties;
  const routes = new Map<string, Route>();
  for (const { name, properties } of readAll(template, 'AWS::ApiGatewayV2::Route', routeEntries, id)) {
    const integration = integrations.get(properties.Target.slice('integrations/'.length));
    if (integration === undefined) throw new RoomError(`the route ${properties.RouteKey} has no integration`);
    const twoWay = answered.has(name) && properties.RouteResponseSelectionExpression !== undefined;
    const key = properties.RouteKey;
    const throttle = RouteSettings[key] ?? DefaultRouteSettings;
    routes.set(key, { key, integration, twoWay, throttle });
  }
  const domainName = `${id}.execute-api.${template.target.region}.amazonaws.com`;
  const customDomainNames = readDomainNames(template, id);
  return { id, stage: StageName, domainName, customDomainNames, routeKeyPath, routes };
}

function readApiResource(template: Template): { id: string; routeKeyPath: string[] } {
  const apis = readAll(template, 'AWS::ApiGatewayV2::Api', {
    ProtocolType: v.picklist(['WEBSOCKET', 'HTTP']),
    RouteSelectionExpression: v.optional(v.string(), ''),
  }).filter(({ properties }) => properties.ProtocolType === 'WEBSOCKET');
  const [api] = apis;
  if (api === undefined || apis.length > 1) {
    throw new RoomError(`the stack has ${apis.length} WebSocket APIs; the local room runs exactly one`);
  }
  const { RouteSelectionExpression: expression } = api.properties;
  const path = /^\$request\.body\.([\w.]+)$/.exec(expression.replace(/^\$\{(.+)\}$/, '$$$1'))?.[1];
  if (path === undefined) throw new RoomError(`the route selection expression ${expression} is not understood`);
  return { id: String(template.resolve({ Ref: api.logicalId })), routeKeyPath: path.split('.') };
}

function readIntegrations(template: Template, apiId: string): Map<string, Integration> {
  const replies = new Map<string, string | undefined>();
  for (const { logicalId, properties } of readAll(
    template,
    'AWS::ApiGatewayV2::IntegrationResponse',
    integrationResponseEntries,
    apiId,
  )) {
    if (properties.IntegrationResponseKey !== defaultKey) {
      throw new RoomError(`${logicalId}: only the integration response ${defaultKey} is understood`);
    }
    replies.set(properties.IntegrationId, selected(logicalId, properties, properties.ResponseTemplates));
  }
  const integrations = new Map<string, Integration>();
  for (const { logicalId, name, properties } of readAll(
    template,
    'AWS::ApiGatewayV2::Integration',
    integrationEntries,
    apiId,
  )) {
    if (properties.IntegrationType === 'MOCK') {
      // A MOCK integration runs only if its request template names a status.
      const request = selected(logicalId, properties, properties.RequestTemplates);
      const works = request !== undefined && /"statusCode"\s*:\s*200\b/.test(request);
      integrations.set(name, { type: 'MOCK', reply: works ? replies.get(name) : undefined });
    } else {
      const functionArn = /\/functions\/(.+)\/invocations$/.exec(properties.IntegrationUri)?.[1];
      if (functionArn === undefined) throw new RoomError(`${logicalId} does not lead to a Lambda function`);
      integrations.set(name, { type: 'AWS_PROXY', functionArn, timeoutMs: properties.TimeoutInMillis });
    }
  }
  return integrations;
}

/**
 * The template that the selection expression names.
 * @throws RoomError if it contains Velocity expressions.
 */
function selected(
  logicalId: string,
  { TemplateSelectionExpression: expression }: { TemplateSelectionExpression?: string | undefined },
  mappings: Readonly<Record<string, string>>,
): string | undefined {
  const mapping = expression === undefined ? undefined : mappings[defaultKey];
  if (mapping !== undefined && /[#$]/.test(mapping)) {
    throw new RoomError(`${logicalId}: mapping templates with Velocity expressions are not understood`);
  }
  return mapping;
}

/** The custom domains that are mapped to an API. */
export function readDomainNames(template: Template, apiId: string): string[] {
  return readAll(template, 'AWS::ApiGatewayV2::ApiMapping', { DomainName: v.string() }, apiId).map(
    ({ properties }) => properties.DomainName,
  );
}

/**
 * Reads the resources of a type.
 * @param apiId reads those of this API only.
 */
export function readAll<const E extends v.ObjectEntries>(template: Template, type: string, entries: E, apiId?: string) {
  const found = [...template.ofType(type)].filter(
    ([, { Properties }]) => apiId === undefined || template.resolve(Properties?.['ApiId']) === apiId,
  );
  return found.map(([logicalId, resource]) => ({
    logicalId,
    /** The value of a `Ref` to the resource. */
    name: `${template.target.stackName}-${logicalId}`,
    properties: readProperties(template, logicalId, resource, entries),
  }));
}
