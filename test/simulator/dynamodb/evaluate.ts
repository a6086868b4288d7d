import { type Condition, type Operand, type Path, parseCondition, parseProjection, parseUpdate } from './parse.ts';

/** A stored item, or a map in one. Numbers, texts, booleans, lists, maps and sets of texts. Never changed in place. */
export type Item = Readonly<Record<string, unknown>>;

/** The names and values that an expression refers to. */
export interface Words {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

export class ValidationError extends Error {}

const isMap = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Set);

function nameOf(written: string, words: Words): string {
  if (!written.startsWith('#')) return written;
  const name = words.ExpressionAttributeNames?.[written];
  if (name === undefined) throw new ValidationError(`${written} is not defined`);
  return name;
}

/** The attributes of an item in which some paths begin. */
export function namedAttributes(item: Item, paths: readonly Path[], words: Words): Item {
  const names = paths.map(([first = '']) => nameOf(first, words));
  return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
}

/** The part of an item that a projection names. */
export const projected = (item: Item, expression: string | undefined, words: Words): Item =>
  expression === undefined ? item : namedAttributes(item, parseProjection(expression), words);

function valueAt(item: Item | undefined, path: Path, words: Words): unknown {
  let value: unknown = item;
  for (const part of path) {
    if (!isMap(value)) return undefined;
    value = value[nameOf(part, words)];
  }
  return value;
}

function operandValue(operand: Operand, item: Item | undefined, words: Words): unknown {
  switch (operand.kind) {
    case 'path':
      return valueAt(item, operand.path, words);
    case 'value': {
      const value = words.ExpressionAttributeValues?.[operand.name];
      if (value === undefined) throw new ValidationError(`${operand.name} is not defined`);
      return value;
    }
    case 'sum': {
      const [left, right] = [operandValue(operand.left, item, words), operandValue(operand.right, item, words)];
      if (typeof left !== 'number' || typeof right !== 'number')
        throw new ValidationError('a sum of other than numbers');
      return left + operand.sign * right;
    }
    case 'call':
      return call(operand.name, operand.operands, item, words);
  }
}

function call(name: string, operands: readonly Operand[], item: Item | undefined, words: Words): unknown {
  const [first, second] = operands.map((operand) => operandValue(operand, item, words));
  switch (name) {
    case 'attribute_exists':
      return first !== undefined;
    case 'attribute_not_exists':
      return first === undefined;
    case 'if_not_exists':
      return first ?? second;
    case 'size':
      if (typeof first === 'string' || Array.isArray(first)) return first.length;
      return first instanceof Set ? first.size : isMap(first) ? Object.keys(first).length : undefined;
    case 'begins_with':
      return typeof first === 'string' && typeof second === 'string' && first.startsWith(second);
    case 'contains':
      return first instanceof Set ? first.has(second) : typeof first === 'string' && first.includes(String(second));
    default:
      throw new ValidationError(`${name} is not simulated`);
  }
}

/** Compares as DynamoDB does: texts by their UTF-8 bytes. Undefined for values of different types. */
export function compare(one: unknown, other: unknown): number | undefined {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one !== 'string' || typeof other !== 'string') return undefined;
  return one === other ? 0 : Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function isEqual(one: unknown, other: unknown): boolean {
  if (one instanceof Set && other instanceof Set) {
    return one.size === other.size && [...one].every((member) => other.has(member));
  }
  return one === other || (isMap(one) && isMap(other) && JSON.stringify(one) === JSON.stringify(other));
}

const orders: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function holds(condition: Condition, item: Item | undefined, words: Words): boolean {
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, item, words) && holds(condition.right, item, words);
    case 'or':
      return holds(condition.left, item, words) || holds(condition.right, item, words);
    case 'not':
      return !holds(condition.of, item, words);
    case 'test':
      return operandValue(condition.of, item, words) === true;
    case 'between': {
      const value = operandValue(condition.of, item, words);
      const least = compare(value, operandValue(condition.least, item, words));
      const most = compare(value, operandValue(condition.most, item, words));
      return least !== undefined && most !== undefined && least >= 0 && most <= 0;
    }
    case 'compare': {
      const [left, right] = [operandValue(condition.left, item, words), operandValue(condition.right, item, words)];
      if (condition.operator === '=') return left !== undefined && isEqual(left, right);
      if (condition.operator === '<>') return !isEqual(left, right);
      const order = compare(left, right);
      return order !== undefined && (orders[condition.operator]?.(order) ?? false);
    }
  }
}

/** Whether a condition holds for an item; true without a condition. */
export const conditionHolds = (expression: string | undefined, item: Item | undefined, words: Words): boolean =>
  expression === undefined || holds(parseCondition(expression), item, words);

/** A copy of an item with another value at a path; `undefined` removes it. */
function withValue(item: Item, [first = '', ...rest]: Path, words: Words, value: unknown): Item {
  const name = nameOf(first, words);
  if (rest.length > 0) {
    const inner = item[name];
    // DynamoDB does not create the map that a path leads through.
    if (!isMap(inner)) throw new ValidationError('The document path provided in the update expression is invalid');
    return { ...item, [name]: withValue(inner, rest, words, value) };
  }
  if (value !== undefined) return { ...item, [name]: value };
  const { [name]: _removed, ...others } = item;
  return others;
}

function added(before: unknown, change: unknown): unknown {
  if (change instanceof Set) return new Set([...(before instanceof Set ? before : []), ...change]);
  if (typeof change !== 'number') throw new ValidationError('ADD takes a number or a set');
  if (before !== undefined && typeof before !== 'number') throw new ValidationError('ADD to other than a number');
  return (before ?? 0) + change;
}

function withoutMembers(before: unknown, change: unknown): unknown {
  if (!(change instanceof Set)) throw new ValidationError('DELETE takes a set');
  const left = new Set([...(before instanceof Set ? before : [])].filter((member) => !change.has(member)));
  // DynamoDB stores no empty set.
  return left.size > 0 ? left : undefined;
}

/** An item after an update. All operands are those of the item before it. */
export function updated(expression: string, item: Item, words: Words): Item {
  const update = parseUpdate(expression);
  let after = item;
  for (const { path, to } of update.set) {
    const value = operandValue(to, item, words);
    if (value === undefined) throw new ValidationError('an operand has no value');
    after = withValue(after, path, words, value);
  }
  for (const path of update.remove) after = withValue(after, path, words, undefined);
  for (const { path, value } of update.add) {
    after = withValue(after, path, words, added(valueAt(item, path, words), operandValue(value, item, words)));
  }
  for (const { path, value } of update.delete) {
    after = withValue(after, path, words, withoutMembers(valueAt(item, path, words), operandValue(value, item, words)));
  }
  return after;
}
