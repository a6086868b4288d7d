import { expect, test } from 'vitest';
import { ofType, synthesize } from './test-template.ts';

/**
 * The logical ids of resources that an upgrade must not replace: the APIs, whose addresses users know, the log, and the
 * dead-letter queue. Other tests check the tables and the bucket.
 */
const lasting: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGatewayV2::Api': ['GatewayApi4EDF2151', 'PageGatewayApi1FF66892'],
  'AWS::ApiGatewayV2::Stage': ['GatewayStage04E5B0D6', 'PageGatewayStage3D42A6EC'],
  'AWS::Logs::LogGroup': ['Log95422804'],
  'AWS::SQS::Queue': ['DeadLettersBBF8BAAB'],
};

/** Types whose resources an upgrade may replace without loss. */
const replaceable = new Set([
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::IntegrationResponse',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::RouteResponse',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::MetricFilter',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
]);

/** Types whose ids another test checks. */
const heldElsewhere = new Set(['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket']);

test('everything that an upgrade must not replace keeps its id', () => {
  const resources = synthesize();
  for (const [type, ids] of Object.entries(lasting)) {
    expect(
      ofType(resources, type).map(([id]) => id),
      type,
    ).toEqual(ids);
  }
  // A new type must be added to one of the lists.
  const unknown = Object.values(resources)
    .map(({ Type }) => Type)
    .filter((type) => !(type in lasting) && !replaceable.has(type) && !heldElsewhere.has(type));
  expect(unknown).toEqual([]);
});
