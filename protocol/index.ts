/** The wire contract of the chat room. Imports nothing of ours; everything else imports it. */
export * from './actions.ts';
export * from './command.ts';
export { commands } from './commands/index.ts';
export * from './events.ts';
export { byteLength, foldName, isUserName, reservedNames } from './fields.ts';
export { withoutUnseen, wrongWithFileName } from './file-name.ts';
export * from './frames.ts';
export * from './limits.ts';
export { claimsAuthority, skeletonOf } from './look-alike.ts';
export * from './refusals.ts';
