import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { type MetricName, metricsNamespace } from '../../functions/aws/names.ts';
import { resourcesOf } from '../../scripts/emulator/deployment.ts';

/** A metric in CloudWatch. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

const minute = 60_000;

/** Reads the metrics of a stack's room. Credentials and Region are those of AWS's own tools. */
export class Metrics {
  readonly #stack: string;
  readonly #config = new CloudFormationClient().config;

  constructor(stack: string) {
    this.#stack = stack;
  }

  /** One metric of each source: API Gateway, Lambda and the room itself. */
  async ofEachSource(): Promise<MetricId[]> {
    const find = await resourcesOf(this.#stack);
    const stage = find('AWS::ApiGatewayV2::Stage', 'GatewayStage');
    const own: MetricName = 'PeopleOnline';
    return [
      {
        namespace: 'AWS/ApiGateway',
        name: 'MessageCount',
        dimensions: { ApiId: find('AWS::ApiGatewayV2::Api', 'GatewayApi'), Stage: stage },
      },
      {
        namespace: 'AWS/Lambda',
        name: 'Invocations',
        dimensions: { FunctionName: find('AWS::Lambda::Function', 'Chat') },
      },
      { namespace: metricsNamespace, name: own, dimensions: { service: this.#stack } },
    ];
  }

  /**
   * Whether CloudWatch has a value of the last quarter of an hour.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
   */
  async has({ namespace, name, dimensions }: MetricId, now = Date.now()): Promise<boolean> {
    const region = await this.#region();
    const endpoint = new URL(
      process.env['AWS_ENDPOINT_URL_CLOUDWATCH'] ??
        process.env['AWS_ENDPOINT_URL'] ??
        `https://monitoring.${region}.amazonaws.com`,
    );
    const query: Record<string, string> = {
      Action: 'GetMetricStatistics',
      Version: '2010-08-01',
      Namespace: namespace,
      MetricName: name,
      StartTime: new Date(now - 15 * minute).toISOString(),
      EndTime: new Date(now + minute).toISOString(),
      Period: '60',
      'Statistics.member.1': 'SampleCount',
    };
    for (const [i, [key, value]] of Object.entries(dimensions).entries()) {
      query[`Dimensions.member.${i + 1}.Name`] = key;
      query[`Dimensions.member.${i + 1}.Value`] = value;
    }
    const signer = new SignatureV4({
      service: 'monitoring',
      region,
      credentials: this.#config.credentials,
      sha256: Sha256,
    });
    const { headers } = await signer.sign(
      new HttpRequest({ method: 'GET', path: '/', query, headers: { host: endpoint.host } }),
    );
    const { host: _, ...sent } = headers;
    const answer = await fetch(new URL(`/?${new URLSearchParams(query).toString()}`, endpoint), { headers: sent });
    const body = await answer.text();
    if (!answer.ok) throw new Error(`CloudWatch answered with ${answer.status}: ${body.slice(0, 200)}`);
    return body.includes('<SampleCount>');
  }

  #region(): Promise<string> {
    return this.#config.region();
  }
}
