import { type TableName, tables } from './names.ts';

/** A variable that infra sets. Throws by name if it is missing: nothing works by default. */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the environment variable ${name} is not set`);
  return value;
}

/** A variable that holds a whole number, or its default. */
export function numberFromEnv(name: string, otherwise: number): number {
  const value = process.env[name];
  if (value === undefined) return otherwise;
  if (!/^\d+$/.test(value)) throw new Error(`the environment variable ${name} is not a whole number`);
  return Number(value);
}

/** The deployed name of a table. A function has only the tables it was bound to. */
export function tableName(table: TableName): string {
  return requireEnv(tables[table].variable);
}
