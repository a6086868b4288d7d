import { here } from './machine.ts';

export const logsFor = (): void => {};

export const logError = (what: string, error: unknown, about: Record<string, unknown> = {}): void =>
  here.log(what, error, about);

export const auditLog = (): void => {};
