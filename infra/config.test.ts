import { App } from 'aws-cdk-lib';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { ConfigError, contextOfCdkJson, parseConfig, type RoomConfig, readConfig } from './config.ts';
import { ofType, synthesize } from './test-template.ts';

const config = contextOfCdkJson()['config'] as Record<string, unknown>;
const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/1b2c3d4e-0000-1111-2222-333344445555';
const domain = { name: 'chat.example.org', certificateArn };
const read = (context: Record<string, unknown>) => readConfig(new App({ context: { config, ...context } }).node);

describe('the config section of cdk.json', () => {
  test('is a valid configuration', () => {
    expect(read({})).toEqual({ ...config, waf: false });
  });

  test('may lack the keys of the web page, which earlier versions did not have', () => {
    const { pageDomain: _, throttling, ...earlier } = v.parse(v.looseObject({ throttling: v.looseObject({}) }), config);
    const { page: __, ...routes } = throttling;
    expect(parseConfig({ ...earlier, throttling: routes })).toEqual({ ...config, waf: false });
  });

  test('has no other keys, on the command line either', () => {
    expect(() => read({ alarmEmial: 'ops@example.org' })).toThrow('--context alarmEmial: no such key');
    expect(() => read({ 'aws:cdk:some-flag': true, '@aws-cdk/core:flag': true, nag: 'true' })).not.toThrow();
  });

  test('is overridden by the command line, whose values are texts', () => {
    const overridden = read({
      ephemeral: 'true',
      messageRetentionDays: '7',
      alarmEmail: 'ops@example.org',
      throttling: '{"stage":{"rate":10,"burst":20},"routes":{}}',
    });
    expect(overridden).toMatchObject({
      ephemeral: true,
      messageRetentionDays: 7,
      alarmEmail: 'ops@example.org',
      throttling: { stage: { rate: 10, burst: 20 } },
    });
  });

  test.each([
    [{ ephemeral: 'yes' }, 'config: ephemeral: true or false is expected'],
    [{ messageRetentionDays: 0 }, 'config: messageRetentionDays: '],
    [{ messageRetentionDays: 'soon' }, 'config: messageRetentionDays: a number of days is expected'],
    [{ logRetentionDays: 31 }, 'config: logRetentionDays: one of 1, 3, 5, 7'],
    [{ alarmEmail: 'nobody' }, 'config: alarmEmail: an e-mail address is expected'],
    [{ accountBudget: '20' }, 'config: accountBudget: alarmEmail is needed'],
    [{ stage: '../prod' }, 'config: stage: '],
    [{ stackName: '1st' }, 'config: stackName: '],
    [{ customDomain: { name: 'chat.example.org' } }, 'config: customDomain.certificateArn: '],
    [{ customDomain: { name: 'chat', certificateArn: 'x' } }, 'config: customDomain.name: a domain name is expected'],
    [{ throttling: { stage: { rate: 1 }, routes: {} } }, 'config: throttling.stage.burst: '],
    [{ throttling: { stage: { rate: 1, burst: 1 }, routes: { shout: { rate: 1, burst: 1 } } } }, 'no such command'],
    [
      { throttling: { stage: { rate: 1, burst: 1 }, routes: {}, page: { rate: 1 } } },
      'config: throttling.page.burst: ',
    ],
    [{ customDomain: domain, pageDomain: domain }, 'config: pageDomain: customDomain has the same name'],
    [{ tags: { 'aws:mine': 'x' } }, 'tags that begin with aws: are reserved'],
    [{ waf: 'true' }, 'AWS WAF does not support WebSocket APIs'],
    [{ config: { ...config, retention: 3 } }, 'config: retention: '],
    [{ config: undefined }, 'cdk.json has no `config` section'],
  ])('%j is refused with one line that says why', (context, message) => {
    expect(() => read(context)).toThrow(ConfigError);
    expect(() => read(context)).toThrow(message);
    expect(() => read(context)).not.toThrow('\n');
  });
});

describe('the configuration determines', () => {
  test('how long messages and the log are kept', () => {
    const resources = synthesize({ messageRetentionDays: 7, logRetentionDays: 90 });
    expect(ofType(resources, 'AWS::Logs::LogGroup').map(([, log]) => log.Properties['RetentionInDays'])).toEqual([90]);
    expect(JSON.stringify(resources)).toContain('"MESSAGE_RETENTION_DAYS":"7"');
    expect(JSON.stringify(resources)).not.toContain('"MESSAGE_RETENTION_DAYS":"30"');
  });

  test('how much API Gateway lets through, of all commands and of some', () => {
    const routes = { ping: { rate: 9, burst: 9 }, login: { rate: 2, burst: 3 }, $connect: { rate: 5, burst: 7 } };
    const throttling = { stage: { rate: 20, burst: 30 }, routes, page: { rate: 4, burst: 6 } };
    const resources = synthesize({ throttling });
    const [[, stage] = []] = ofType(resources, 'AWS::ApiGatewayV2::Stage');
    expect(stage?.Properties).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 30 },
      RouteSettings: {
        ping: { ThrottlingRateLimit: 9, ThrottlingBurstLimit: 9 },
        login: { ThrottlingRateLimit: 2, ThrottlingBurstLimit: 3 },
        $connect: { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 7 },
      },
    });
  });

  test('the name in the address', () => {
    const resources = synthesize({ customDomain: domain, stage: 'v1' });
    expect(ofType(resources, 'AWS::ApiGatewayV2::DomainName').map(([, domain]) => domain.Properties)).toEqual([
      expect.objectContaining({
        DomainName: 'chat.example.org',
        DomainNameConfigurations: [
          expect.objectContaining({ CertificateArn: certificateArn, SecurityPolicy: 'TLS_1_2' }),
        ],
      }),
    ]);
    expect(ofType(resources, 'AWS::ApiGatewayV2::ApiMapping')).toHaveLength(1);
  });

  test('whether the room has another address', () => {
    const room = (customDomain: RoomConfig['customDomain']) => {
      const resources = synthesize({ customDomain });
      const [[, api] = []] = ofType(resources, 'AWS::ApiGatewayV2::Api');
      const endpoints = ofType(resources, 'AWS::Lambda::Function').map(([, { Properties }]) => {
        const { Variables } = Object(Properties['Environment']);
        return Variables?.AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI;
      });
      return { isDisabled: api?.Properties['DisableExecuteApiEndpoint'], endpoints: endpoints.filter(Boolean) };
    };
    const { isDisabled, endpoints } = room(domain);
    expect(isDisabled).toBe(true);
    expect(new Set(endpoints)).toEqual(new Set(['https://chat.example.org']));
    const usual = room(null);
    expect(usual.isDisabled).toBe(false);
    expect(JSON.stringify(usual.endpoints[0])).toContain('execute-api');
  });

  test('whether invocations are traced', () => {
    const modes = (tracing: boolean) =>
      ofType(synthesize({ tracing }), 'AWS::Lambda::Function').map(([, fn]) => fn.Properties['TracingConfig']);
    expect(new Set(modes(false))).toEqual(new Set([undefined]));
    for (const mode of modes(true)) expect(mode).toEqual({ Mode: 'Active' });
  });

  test('the tags of all resources that support tags', () => {
    const resources = synthesize({ tags: { team: 'chat' } });
    for (const type of ['AWS::Lambda::Function', 'AWS::Logs::LogGroup', 'AWS::S3::Bucket', 'AWS::IAM::Role']) {
      for (const [, { Properties }] of ofType(resources, type)) {
        expect(Properties['Tags'], type).toContainEqual({ Key: 'team', Value: 'chat' });
      }
    }
  });
});

test('a configuration with an unknown key is refused', () => {
  expect(() => parseConfig({ ...config, colour: 'red' })).toThrow(ConfigError);
});
