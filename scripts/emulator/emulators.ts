export type EmulatorName = 'ministack' | 'another';

/** An emulator of AWS that this project has been deployed to. */
export interface Emulator {
  readonly name: EmulatorName;
  /** Resource types that its CloudFormation refuses; what the room cannot do without is made by API calls afterwards. */
  readonly withoutTypes: readonly string[];
}

const ministack: Emulator = {
  name: 'ministack',
  withoutTypes: [
    // "Unrecognized resource types", though its API Gateway has them.
    'AWS::ApiGatewayV2::IntegrationResponse',
    'AWS::ApiGatewayV2::RouteResponse',
    // "Properties.Metrics (metric math) is not supported"; nothing would ever write the metrics either.
    'AWS::CloudWatch::Alarm',
  ],
};

const anyOther: Emulator = { name: 'another', withoutTypes: [] };

/**
 * What answers at an address.
 * @throws Error in words for a person, if nothing does.
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
