import { Stack } from 'aws-cdk-lib';
import {
  CfnIntegrationResponse,
  WebSocketApi,
  WebSocketIntegration,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration, WebSocketMockIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { variables } from '../functions/aws/names.ts';
import type { ConnectionRight, RouteKey } from './functions.ts';

/** The door: a WebSocket API with one stage, whose routes are the commands. */
export class Gateway extends Construct {
  /** Where clients connect to. */
  readonly url: string;
  private readonly api: WebSocketApi;
  private readonly stage: WebSocketStage;
  private readonly integrations = new Map<LambdaFunction, WebSocketLambdaIntegration>();

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Api', {
      apiName: Stack.of(this).stackName,
      routeSelectionExpression: '$request.body.action',
    });
    this.stage = new WebSocketStage(this, 'Stage', { webSocketApi: this.api, stageName: 'prod', autoDeploy: true });
    this.url = this.stage.url;
  }

  /** Sends a route's frames to a function; `twoWay` sends what the function returns back as a frame. */
  route(key: RouteKey, fn: LambdaFunction, { twoWay }: { twoWay: boolean }): void {
    let integration = this.integrations.get(fn);
    if (!integration) {
      integration = new WebSocketLambdaIntegration(fn.node.id, fn);
      this.integrations.set(fn, integration);
    }
    this.api.addRoute(key, { integration, ...(twoWay && { returnResponse: true }) });
  }

  /**
   * Answers a route with one fixed frame and runs no Lambda. A MOCK integration wants a request template that names
   * the status, an integration response with the frame, and a route response.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html
   */
  fixedAnswer(key: string, frame: string): void {
    const route = this.api.addRoute(key, {
      integration: new WebSocketMockIntegration('Mock', { requestTemplates: { $default: '{"statusCode":200}' } }),
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
    });
  }

  /**
   * Gives a function these rights on any connection of this API, and the variable by which the AWS SDK finds them.
   * Connection ids come and go, so the resource ends in a wildcard.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
   */
  bindConnectionsTo(fn: LambdaFunction, rights: readonly ConnectionRight[]): void {
    fn.addEnvironment(variables.connectionsEndpoint, this.stage.callbackUrl);
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['execute-api:ManageConnections'],
        resources: rights.map((right) =>
          Stack.of(this).formatArn({
            service: 'execute-api',
            resource: this.api.apiId,
            resourceName: `${this.stage.stageName}/${right}/@connections/*`,
          }),
        ),
      }),
    );
  }
}
