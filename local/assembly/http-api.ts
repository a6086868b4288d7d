import * as v from 'valibot';
import { RoomError } from '../errors.ts';
import { readAll, readDomainNames, type Throttle, throttleSettings } from './api.ts';
import type { Template } from './template.ts';

/** An HTTP API of the stack, which sends every request to one function. */
export interface HttpApi {
  readonly id: string;
  /** `<id>.execute-api.<region>.amazonaws.com`. */
  readonly domainName: string;
  /** The API's custom domains. */
  readonly customDomainNames: readonly string[];
  readonly functionArn: string;
  readonly timeoutMs: number;
  /** The stage's throttle, if any. */
  readonly throttle: Throttle | undefined;
}

// 30 seconds is both the maximum and the default for an HTTP API's integration.
const maximumTimeoutMs = 30_000;

const integrationEntries = {
  ApiId: v.string(),
  IntegrationType: v.literal('AWS_PROXY'),
  IntegrationUri: v.pipe(v.string(), v.startsWith('arn:aws:lambda:')),
  PayloadFormatVersion: v.literal('2.0'),
  TimeoutInMillis: v.optional(v.pipe(v.number(), v.minValue(50), v.maxValue(maximumTimeoutMs)), maximumTimeoutMs),
};

const routeEntries = {
  ApiId: v.string(),
  RouteKey: v.literal('$default'),
  Target: v.string(),
  AuthorizationType: v.optional(v.literal('NONE')),
};

const stageEntries = {
  ApiId: v.string(),
  StageName: v.literal('$default'),
  DefaultRouteSettings: v.optional(throttleSettings),
  RouteSettings: v.optional(v.undefined()),
};

/**
 * Reads the HTTP API of a template, if it has one.
 * @throws RoomError unless the API has one route, `$default`, to a function.
 */
export function readHttpApi(template: Template): HttpApi | undefined {
  const [api, another] = [...template.ofType('AWS::ApiGatewayV2::Api')].filter(
    ([, { Properties }]) => Properties?.['ProtocolType'] === 'HTTP',
  );
  if (api === undefined) return undefined;
  if (another !== undefined) throw new RoomError('the stack has several HTTP APIs; the local room runs one');
  const [logicalId] = api;
  const id = String(template.resolve({ Ref: logicalId }));
  const [stage] = readAll(template, 'AWS::ApiGatewayV2::Stage', stageEntries, id);
  const [route] = readAll(template, 'AWS::ApiGatewayV2::Route', routeEntries, id);
  const integration = readAll(template, 'AWS::ApiGatewayV2::Integration', integrationEntries, id).find(
    ({ name }) => route?.properties.Target === `integrations/${name}`,
  );
  if (stage === undefined || integration === undefined) {
    throw new RoomError(`the HTTP API ${logicalId} has no stage, or no integration of its route`);
  }
  return {
    id,
    domainName: `${id}.execute-api.${template.target.region}.amazonaws.com`,
    customDomainNames: readDomainNames(template, id),
    functionArn: integration.properties.IntegrationUri,
    timeoutMs: integration.properties.TimeoutInMillis,
    throttle: stage.properties.DefaultRouteSettings,
  };
}
