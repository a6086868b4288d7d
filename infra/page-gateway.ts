import { Stack } from 'aws-cdk-lib';
import { type CfnApi, HttpApi, HttpRoute, HttpRouteKey, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { RoomConfig } from './config.ts';
import { customDomainOf } from './custom-domain.ts';

type PageGatewayProps = Pick<RoomConfig, 'throttling' | 'pageDomain'>;

/** The HTTP API that serves the web page. Its throttle bounds what strangers can make the page cost (docs/decisions/0160). */
export class PageGateway extends Construct {
  /** The page's address, which is also its origin. */
  readonly url: string;
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { throttling, pageDomain }: PageGatewayProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: `${Stack.of(this).stackName}-page`,
      createDefaultStage: false,
      disableExecuteApiEndpoint: pageDomain !== null,
    });
    const domain = pageDomain && customDomainOf(this, pageDomain, 'PageDomainTarget');
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: throttling.page.rate, burstLimit: throttling.page.burst },
      ...(domain && { domainMapping: { domainName: domain } }),
    });
    this.url = pageDomain ? `https://${pageDomain.name}` : (this.api.node.defaultChild as CfnApi).attrApiEndpoint;
  }

  /** Sends every request to a function. */
  serveBy(fn: LambdaFunction): void {
    new HttpRoute(this, 'Route', {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: new HttpLambdaIntegration('Page', fn),
    });
  }
}
