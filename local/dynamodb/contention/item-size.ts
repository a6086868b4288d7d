import * as v from 'valibot';

const attributeValue: v.GenericSchema<unknown, AttributeValue> = v.union([
  v.object({ S: v.string() }),
  v.object({ N: v.string() }),
  v.object({ B: v.string() }),
  v.object({ SS: v.array(v.string()) }),
  v.object({ NS: v.array(v.string()) }),
  v.object({ BS: v.array(v.string()) }),
  v.object({ L: v.array(v.lazy(() => attributeValue)) }),
  v.object({
    M: v.record(
      v.string(),
      v.lazy(() => attributeValue),
    ),
  }),
  v.object({ BOOL: v.boolean() }),
  v.object({ NULL: v.boolean() }),
]);

type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Readonly<Record<string, AttributeValue>> }
  | { readonly BOOL: boolean }
  | { readonly NULL: boolean };

const itemSchema = v.record(v.string(), attributeValue);

const containerOverhead = 3;
const elementOverhead = 1;

/**
 * The size of an item in bytes, names and values, as DynamoDB counts it:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 * @returns 0 for a value that is not an item; DynamoDB rejects it anyway.
 */
export function bytesOfItem(item: unknown): number {
  const parsed = v.safeParse(itemSchema, item);
  return parsed.success ? bytesOfMap(parsed.output) : 0;
}

function bytesOfMap(map: Readonly<Record<string, AttributeValue>>): number {
  return sum(Object.entries(map), ([name, value]) => Buffer.byteLength(name) + bytesOf(value));
}

function bytesOf(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return bytesOfNumber(value.N);
  if ('B' in value) return Buffer.byteLength(value.B, 'base64');
  if ('SS' in value) return sum(value.SS, (text) => Buffer.byteLength(text));
  if ('NS' in value) return sum(value.NS, bytesOfNumber);
  if ('BS' in value) return sum(value.BS, (text) => Buffer.byteLength(text, 'base64'));
  if ('L' in value) return containerOverhead + sum(value.L, (element) => elementOverhead + bytesOf(element));
  if ('M' in value) {
    return containerOverhead + Object.keys(value.M).length * elementOverhead + bytesOfMap(value.M);
  }
  return 1;
}

/** One byte per two significant digits, and one more. */
function bytesOfNumber(number: string): number {
  const digits = number.replace(/e.*$/i, '').replaceAll(/[-+.]/g, '').replace(/^0+/, '').replace(/0+$/, '');
  return Math.ceil(digits.length / 2) + 1;
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
