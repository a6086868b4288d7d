import { beforeAll, expect, test } from 'vitest';
import { variables } from '../functions/aws/names.ts';
import { ofType, refersTo, type StackTemplate, statementsOf, synthesizeTemplate } from './test-template.ts';

const apiId = 'PageGatewayApi1FF66892';
const pageUrl = { 'Fn::GetAtt': [apiId, 'ApiEndpoint'] };

let template: StackTemplate;
let withDomain: StackTemplate;
beforeAll(() => {
  template = synthesizeTemplate();
  const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/1b2c3d4e-0000-1111-2222-333344445555';
  withDomain = synthesizeTemplate({ pageDomain: { name: 'www.example.org', certificateArn } });
});

const partsOf = ({ Resources }: StackTemplate, type: string) =>
  ofType(Resources, `AWS::ApiGatewayV2::${type}`)
    .filter(([, part]) => refersTo(part.Properties['ApiId'], apiId))
    .map(([, { Properties }]) => Properties);

function environmentOf({ Resources }: StackTemplate, name: string): Readonly<Record<string, unknown>> {
  const [[, fn] = []] = ofType(Resources, 'AWS::Lambda::Function').filter(([id]) => id.startsWith(name));
  return Object(fn?.Properties['Environment']).Variables;
}

test('an HTTP API sends every request to the function `page`', () => {
  expect(template.Resources[apiId]?.Properties).toMatchObject({ ProtocolType: 'HTTP' });
  expect(partsOf(template, 'Route')).toEqual([expect.objectContaining({ RouteKey: '$default' })]);
  const [integration, ...others] = partsOf(template, 'Integration');
  expect(others).toEqual([]);
  expect(integration).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
  expect(JSON.stringify(integration?.['IntegrationUri'])).toMatch(/"Page[0-9A-F]{8}"/);
});

test('its stage is throttled, so that nobody can make the page cost more', () => {
  expect(partsOf(template, 'Stage')).toEqual([
    expect.objectContaining({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 10 },
    }),
  ]);
});

test('the function `page` may write its log and nothing else', () => {
  const [[roleId] = ['']] = ofType(template.Resources, 'AWS::IAM::Role').filter(([id]) => id.startsWith('PageRole'));
  expect(statementsOf(template.Resources, roleId).map(({ Action }) => Action)).toEqual([
    ['logs:CreateLogStream', 'logs:PutLogEvents'],
  ]);
});

test("the page learns the room's and the bucket's addresses from the stack", () => {
  const environment = environmentOf(template, 'Page');
  expect(JSON.stringify(environment[variables.roomAddress])).toContain('"GatewayApi4EDF2151"');
  expect(JSON.stringify(environment[variables.bucketOrigin])).toContain('"RegionalDomainName"');
  const ofRoom = synthesizeTemplate({
    customDomain: {
      name: 'chat.example.org',
      certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/1b2c3d4e-0000-1111-2222-333344445555',
    },
  });
  expect(JSON.stringify(environmentOf(ofRoom, 'Page')[variables.roomAddress])).toContain('"GatewayDomain');
});

test("the page's origin may connect, and send the requests of files to the bucket", () => {
  expect(template.Outputs['PageUrl']?.Value).toEqual(pageUrl);
  expect(environmentOf(template, 'Connection')[variables.pageOrigin]).toEqual(pageUrl);
  const [[, bucket] = []] = ofType(template.Resources, 'AWS::S3::Bucket');
  expect(bucket?.Properties['CorsConfiguration']).toEqual({
    CorsRules: [
      {
        AllowedOrigins: [pageUrl],
        AllowedMethods: ['GET', 'HEAD', 'PUT'],
        AllowedHeaders: ['content-type', 'if-match', 'if-none-match', 'range', 'x-amz-checksum-sha256'],
        ExposedHeaders: ['Content-Length', 'Content-Range', 'ETag', 'x-amz-checksum-sha256'],
        MaxAge: 3600,
      },
    ],
  });
});

test('a custom domain is the only address of the page', () => {
  const url = 'https://www.example.org';
  expect(withDomain.Outputs['PageUrl']?.Value).toBe(url);
  expect(withDomain.Outputs).toHaveProperty('PageDomainTarget');
  expect(withDomain.Resources[apiId]?.Properties).toMatchObject({ DisableExecuteApiEndpoint: true });
  expect(environmentOf(withDomain, 'Connection')[variables.pageOrigin]).toBe(url);
  const [[, bucket] = []] = ofType(withDomain.Resources, 'AWS::S3::Bucket');
  expect(JSON.stringify(bucket?.Properties['CorsConfiguration'])).toContain(`"AllowedOrigins":["${url}"]`);
  expect(partsOf(withDomain, 'ApiMapping')).toHaveLength(1);
});
