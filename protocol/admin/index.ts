/** What the administrator's console and the admin function say to each other. It is no part of the wire. */
export * from './commands.ts';
export * from './frames.ts';
export * from './refusals.ts';
export * from './settings.ts';
