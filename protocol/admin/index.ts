/** The protocol between the administrator's console and the admin function. It is not part of the WebSocket protocol. */
export type { AdminCommand } from './command.ts';
export * from './command-types.ts';
export { adminCommands } from './commands/index.ts';
export * from './frames.ts';
export * from './refusals.ts';
export * from './settings.ts';
export { isBackupName } from './shared-fields.ts';
