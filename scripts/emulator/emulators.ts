export type EmulatorName = 'ministack' | 'another';

/** A supported emulator of AWS. */
export interface Emulator {
  readonly name: EmulatorName;
  /** Resource types that its CloudFormation refuses. The required ones are created by API calls after the deployment. */
  readonly withoutTypes: readonly string[];
}

const ministack: Emulator = {
  name: 'ministack',
  withoutTypes: [
    // "Unrecognized resource types", though its API Gateway has them.
    'AWS::ApiGatewayV2::IntegrationResponse',
    'AWS::ApiGatewayV2::RouteResponse',
    'AWS::Budgets::Budget',
    // "Properties.Metrics (metric math) is not supported". The emulator does not write these metrics, either.
    'AWS::CloudWatch::Alarm',
  ],
};

const anyOther: Emulator = { name: 'another', withoutTypes: [] };

/**
 * Identifies the emulator at an address.
 * @throws Error with a message for users if nothing answers.
 */
export async function emulatorAt(endpoint: string): Promise<Emulator> {
  try {
    const answer = await fetch(new URL('/_ministack/health', endpoint));
    await answer.body?.cancel();
    return answer.ok ? ministack : anyOther;
  } catch (error) {
    throw new Error(`Nothing answers at ${endpoint}: start an emulator there first (docs/emulators.md).`, {
      cause: error,
    });
  }
}
