import { beforeAll, describe, expect, test } from 'vitest';
import { actions, type Command, commands } from '../protocol/index.ts';
import { routes as expectedRoutes } from './functions.ts';
import { ofType, refersTo, synthesize, type TemplateResource } from './test-template.ts';

let resources: Readonly<Record<string, TemplateResource>>;
beforeAll(() => {
  resources = synthesize();
});

/** The parts of the WebSocket API. The stack has a second API, for the web page. */
const partsOf = (type: string) =>
  ofType(resources, `AWS::ApiGatewayV2::${type}`).filter(([, part]) =>
    refersTo(part.Properties['ApiId'], 'GatewayApi4EDF2151'),
  );
const routes = () => partsOf('Route');
const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

function routeOf(key: string): [string, TemplateResource] {
  const found = routes().filter(([, route]) => route.Properties['RouteKey'] === key);
  expect(found, `routes with the key ${key}`).toHaveLength(1);
  return found[0] as [string, TemplateResource];
}

function integrationOf(route: TemplateResource): [string, TemplateResource] {
  const found = ofType(resources, 'AWS::ApiGatewayV2::Integration').filter(([id]) =>
    refersTo(route.Properties['Target'], id),
  );
  expect(found).toHaveLength(1);
  return found[0] as [string, TemplateResource];
}

const responsesTo = (routeId: string) =>
  ofType(resources, 'AWS::ApiGatewayV2::RouteResponse').filter(([, response]) =>
    refersTo(response.Properties['RouteId'], routeId),
  );

const twoWay = ['$default', ...actions.filter((action) => ['response', 'mock'].includes(commands[action].reply))];
const oneWay = [
  '$connect',
  '$disconnect',
  ...actions.filter((action) => ['none', 'posted'].includes(commands[action].reply)),
];

describe('routes', () => {
  test('there is one for each command, and for connecting, disconnecting and everything else', () => {
    const keys = routes().map(([, route]) => route.Properties['RouteKey']);
    expect(keys.toSorted()).toEqual(['$connect', '$default', '$disconnect', ...actions].toSorted());
  });

  test('the action of a frame selects its route', () => {
    const [[, api] = []] = ofType(resources, 'AWS::ApiGatewayV2::Api');
    expect(api?.Properties).toMatchObject({
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    });
  });

  test.each(twoWay)('%s is answered over the connection', (key) => {
    const [id, route] = routeOf(key);
    expect(route.Properties['RouteResponseSelectionExpression']).toBe('$default');
    const responses = responsesTo(id);
    expect(responses).toHaveLength(1);
    expect(responses[0]?.[1].Properties['RouteResponseKey']).toBe('$default');
  });

  test.each(oneWay)('%s is not answered: a route response without a body would be an empty frame', (key) => {
    const [id, route] = routeOf(key);
    expect(route.Properties).not.toHaveProperty('RouteResponseSelectionExpression');
    expect(responsesTo(id)).toHaveLength(0);
  });

  test.each(
    Array.from(expectedRoutes, ([key, { target }]) => [key, target] as const).filter(([, target]) => target !== 'mock'),
  )('%s is answered by %s, which API Gateway may invoke for this route', (key, target) => {
    const [, route] = routeOf(key);
    const [, integration] = integrationOf(route);
    expect(integration.Properties['IntegrationType']).toBe('AWS_PROXY');
    const [functionId = ''] = ofType(resources, 'AWS::Lambda::Function')
      .map(([id]) => id)
      .filter((id) => refersTo(integration.Properties['IntegrationUri'], id));
    expect(functionId).toMatch(new RegExp(`^${capitalized(target)}[0-9A-F]{8}$`));
    const permissions = ofType(resources, 'AWS::Lambda::Permission').filter(
      ([, permission]) =>
        refersTo(permission.Properties['FunctionName'], functionId) &&
        JSON.stringify(permission.Properties['SourceArn']).includes(`/*${key}"`),
    );
    expect(permissions).toHaveLength(1);
    expect(permissions[0]?.[1].Properties).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    });
  });

  test('one stage is deployed by itself', () => {
    const stages = partsOf('Stage');
    expect(stages.map(([, stage]) => stage.Properties)).toEqual([
      expect.objectContaining({ StageName: 'prod', AutoDeploy: true }),
    ]);
  });
});

test('the stage waits for all parts of the API, so that its first deployment is complete', () => {
  const [[, stage] = []] = partsOf('Stage');
  for (const type of ['Route', 'Integration', 'RouteResponse', 'IntegrationResponse']) {
    const ids = partsOf(type).map(([id]) => id);
    expect(ids.length, type).toBeGreaterThan(0);
    expect(stage?.DependsOn, type).toEqual(expect.arrayContaining(ids));
  }
});

const mocks = actions.filter((action) => commands[action].reply === 'mock');

test('no function answers a mock, and a function answers every other command', () => {
  const groups = actions.map((action) => [action, (commands[action] as Command).group ?? 'mock']);
  expect(actions.map((action) => [action, expectedRoutes.get(action)?.target])).toEqual(groups);
  expect(mocks.map((action) => expectedRoutes.get(action)?.target)).toEqual(mocks.map(() => 'mock'));
});

test.each(mocks)('API Gateway answers %s itself', (key) => {
  const [, route] = routeOf(key);
  const [integrationId, integration] = integrationOf(route);
  expect(integration.Properties).toMatchObject({
    IntegrationType: 'MOCK',
    RequestTemplates: { $default: '{"statusCode":200}' },
    TemplateSelectionExpression: '\\$default',
  });
  const responses = ofType(resources, 'AWS::ApiGatewayV2::IntegrationResponse').filter(([, response]) =>
    refersTo(response.Properties['IntegrationId'], integrationId),
  );
  expect(responses.map(([, response]) => response.Properties)).toEqual([
    expect.objectContaining({
      IntegrationResponseKey: '$default',
      ResponseTemplates: { $default: '{"type":"pong"}' },
      TemplateSelectionExpression: '\\$default',
    }),
  ]);
});
