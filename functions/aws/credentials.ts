import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Reads credentials from environment variables, where Lambda puts them. The build replaces the SDK's default credential
 * chain by this. The chain also supports profiles, web identities, SSO and metadata services; with its clients it is a
 * sixth of every bundle, loaded at every cold start (docs/decisions/0040).
 */
export const defaultProvider = fromEnv;
