import { Stack } from 'aws-cdk-lib';
import {
  type CfnApi,
  CfnIntegrationResponse,
  type CfnStage,
  WebSocketApi,
  WebSocketIntegration,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration, WebSocketMockIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { variables } from '../functions/aws/names.ts';
import type { RoomConfig } from './config.ts';
import { customDomainOf } from './custom-domain.ts';
import type { ConnectionPermission } from './functions.ts';

type GatewayProps = Pick<RoomConfig, 'stage' | 'throttling' | 'customDomain'>;

/** Selects the template `$default`. API Gateway refuses the key without its backslash. */
const defaultTemplate = '\\$default';

/** The WebSocket API with one stage. Each command is a route. */
export class Gateway extends Construct {
  /** The address for clients. */
  readonly url: string;
  /** Where functions find @connections. */
  private readonly callbackUrl: string;
  readonly api: WebSocketApi;
  private readonly stage: WebSocketStage;
  private readonly integrations = new Map<LambdaFunction, WebSocketLambdaIntegration>();

  constructor(scope: Construct, id: string, { stage, throttling, customDomain }: GatewayProps) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Api', {
      apiName: Stack.of(this).stackName,
      routeSelectionExpression: '$request.body.action',
    });
    // Otherwise clients could pass by what the domain's owner puts before it. CDK has no property for it.
    (this.api.node.defaultChild as CfnApi).disableExecuteApiEndpoint = customDomain !== null;
    const domain = customDomain && customDomainOf(this, customDomain, 'DomainTarget');
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: stage,
      autoDeploy: true,
      throttle: { rateLimit: throttling.stage.rate, burstLimit: throttling.stage.burst },
      ...(domain && { domainMapping: { domainName: domain } }),
    });
    // The routes are added later. The stage waits for all of them, so that its first deployment is complete.
    this.stage.node.addDependency(this.api);
    (this.stage.node.defaultChild as CfnStage).routeSettings = Object.fromEntries(
      Object.entries(throttling.routes).map(([key, { rate, burst }]) => [
        key,
        { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
      ]),
    );
    this.url = domain ? `wss://${domain.name}` : this.stage.url;
    // A disabled endpoint refuses @connections as well. The domain's mapping stands for the stage.
    this.callbackUrl = customDomain ? `https://${customDomain.name}` : this.stage.callbackUrl;
  }

  /** Sends a route's frames to a function. `twoWay`: API Gateway sends the function's return value to the client as a frame. */
  route(key: string, fn: LambdaFunction, { twoWay }: { twoWay: boolean }): void {
    let integration = this.integrations.get(fn);
    if (!integration) {
      integration = new WebSocketLambdaIntegration(fn.node.id, fn);
      this.integrations.set(fn, integration);
    }
    this.api.addRoute(key, { integration, ...(twoWay && { returnResponse: true }) });
  }

  /**
   * Answers a route with one fixed frame and runs no Lambda. A MOCK integration wants a request template that names
   * the status, an integration response with the frame, expressions that select these two, and a route response.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html
   */
  fixedAnswer(key: string, frame: string): void {
    const route = this.api.addRoute(key, {
      integration: new WebSocketMockIntegration('Mock', {
        requestTemplates: { $default: '{"statusCode":200}' },
        templateSelectionExpression: defaultTemplate,
      }),
      returnResponse: true,
    });
    // CDK's mock integration leaves the integration response out, and keeps the integration's id to itself.
    const integration = route.node.findChild('Mock');
    if (!(integration instanceof WebSocketIntegration)) throw new Error(`Route ${key} has no mock integration.`);
    new CfnIntegrationResponse(route, 'IntegrationResponse', {
      apiId: this.api.apiId,
      integrationId: integration.integrationId,
      integrationResponseKey: '$default',
      responseTemplates: { $default: frame },
      templateSelectionExpression: defaultTemplate,
    });
  }

  /**
   * Gives a function these permissions on any connection of this API, and the variable by which the AWS SDK finds them.
   * Connection ids come and go, so the resource ends in a wildcard.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
   */
  bindConnectionsTo(fn: LambdaFunction, permissions: readonly ConnectionPermission[]): void {
    fn.addEnvironment(variables.connectionsEndpoint, this.callbackUrl);
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['execute-api:ManageConnections'],
        resources: permissions.map((permission) =>
          Stack.of(this).formatArn({
            service: 'execute-api',
            resource: this.api.apiId,
            resourceName: `${this.stage.stageName}/${permission}/@connections/*`,
          }),
        ),
      }),
    );
  }
}
