import { CfnOutput, Stack } from 'aws-cdk-lib';
import { DomainName, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { Construct } from 'constructs';
import type { RoomConfig } from './config.ts';

/**
 * The custom domain of an API. Its owner points a CNAME or alias record at the output.
 * @param scope The API's construct.
 * @param output The output's name.
 */
export function customDomainOf(
  scope: Construct,
  { name, certificateArn }: NonNullable<RoomConfig['customDomain' | 'pageDomain']>,
  output: string,
): DomainName {
  const domain = new DomainName(scope, 'Domain', {
    domainName: name,
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', certificateArn),
    securityPolicy: SecurityPolicy.TLS_1_2,
  });
  new CfnOutput(Stack.of(scope), output, {
    value: domain.regionalDomainName,
    description: `What ${name} has to be an alias (or a CNAME) of`,
  });
  return domain;
}
