import { CfnOutput, Stack } from 'aws-cdk-lib';
import {
  type CfnApi,
  DomainName,
  HttpApi,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { RoomConfig } from './config.ts';

type PageGatewayProps = Pick<RoomConfig, 'throttling' | 'pageDomain'>;

/** The HTTP API that serves the web page. Its throttle bounds what strangers can make the page cost (docs/decisions/0160). */
export class PageGateway extends Construct {
  /** The page's address, which is also its origin. */
  readonly url: string;
  private readonly api: HttpApi;

  constructor(scope: Construct, id: string, { throttling, pageDomain }: PageGatewayProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: `${Stack.of(this).stackName}-page`,
      createDefaultStage: false,
      disableExecuteApiEndpoint: pageDomain !== null,
    });
    const domain = pageDomain && this.domain(pageDomain);
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

  /** The custom domain. Its owner points a CNAME or alias record at this output. */
  private domain({ name, certificateArn }: NonNullable<RoomConfig['pageDomain']>): DomainName {
    const domain = new DomainName(this, 'Domain', {
      domainName: name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    new CfnOutput(Stack.of(this), 'PageDomainTarget', {
      value: domain.regionalDomainName,
      description: `What ${name} has to be an alias (or a CNAME) of`,
    });
    return domain;
  }
}
