import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Where a function has its credentials from: Lambda puts them into the environment, and nowhere else. The build lets this stand
 * for the SDK's own chain, which also looks into profiles, web identities, SSO and metadata services, and brings two more
 * clients along for it: a sixth of every bundle, loaded at every cold start.
 */
export const defaultProvider = fromEnv;
