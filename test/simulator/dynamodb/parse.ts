/** A path in an item: attribute names, as they are written in the expression. */
export type Path = readonly string[];

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Operand[] }
  | { readonly kind: 'sum'; readonly sign: 1 | -1; readonly left: Operand; readonly right: Operand };

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly of: Operand; readonly least: Operand; readonly most: Operand }
  | { readonly kind: 'test'; readonly of: Operand };

export interface Update {
  readonly set: readonly { readonly path: Path; readonly to: Operand }[];
  readonly remove: readonly Path[];
  readonly add: readonly { readonly path: Path; readonly value: Operand }[];
  readonly delete: readonly { readonly path: Path; readonly value: Operand }[];
}

/** The words and signs of an expression: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html */
class Words {
  readonly #words: readonly string[];
  #at = 0;

  constructor(expression: string) {
    this.#words = expression.match(/[#:]?[\w-]+|<>|<=|>=|[=<>(),.+-]|\S/g) ?? [];
  }

  get next(): string | undefined {
    return this.#words[this.#at];
  }

  take(): string {
    const word = this.next;
    if (word === undefined) throw new Error('the expression is not complete');
    this.#at += 1;
    return word;
  }

  /** Takes the next word if it is this one; keywords in any case. */
  takeIf(word: string): boolean {
    const isNext = this.next?.toUpperCase() === word;
    if (isNext) this.#at += 1;
    return isNext;
  }

  expect(word: string): void {
    if (!this.takeIf(word)) throw new Error(`${word} is expected, not ${this.next}`);
  }
}

const cache = new Map<string, unknown>();

function cached<T>(kind: string, expression: string, parse: (words: Words) => T): T {
  const key = `${kind} ${expression}`;
  const known = cache.get(key);
  if (known !== undefined) return known as T;
  const words = new Words(expression);
  const parsed = parse(words);
  if (words.next !== undefined) throw new Error(`${words.next} is not expected in: ${expression}`);
  cache.set(key, parsed);
  return parsed;
}

export const parseCondition = (expression: string): Condition => cached('condition', expression, readOr);

export const parseProjection = (expression: string): readonly Path[] =>
  cached('projection', expression, (words) => listOf(words, readPath));

export const parseUpdate = (expression: string): Update =>
  cached('update', expression, (words) => {
    const update = { set: [], remove: [], add: [], delete: [] } as {
      -readonly [K in keyof Update]: Update[K][number][];
    };
    while (words.next !== undefined) {
      if (words.takeIf('SET')) {
        update.set.push(...listOf(words, readAssignment));
      } else if (words.takeIf('REMOVE')) update.remove.push(...listOf(words, readPath));
      else if (words.takeIf('ADD')) update.add.push(...listOf(words, readChange));
      else {
        words.expect('DELETE');
        update.delete.push(...listOf(words, readChange));
      }
    }
    return update;
  });

function readAssignment(words: Words): Update['set'][number] {
  const path = readPath(words);
  words.expect('=');
  return { path, to: readSum(words) };
}

const readChange = (words: Words) => ({ path: readPath(words), value: readOperand(words) });

function listOf<T>(words: Words, read: (words: Words) => T): T[] {
  const list = [read(words)];
  while (words.takeIf(',')) list.push(read(words));
  return list;
}

function readOr(words: Words): Condition {
  let left = readAnd(words);
  while (words.takeIf('OR')) left = { kind: 'or', left, right: readAnd(words) };
  return left;
}

function readAnd(words: Words): Condition {
  let left = readNot(words);
  while (words.takeIf('AND')) left = { kind: 'and', left, right: readNot(words) };
  return left;
}

function readNot(words: Words): Condition {
  if (words.takeIf('NOT')) return { kind: 'not', of: readNot(words) };
  if (words.takeIf('(')) {
    const inner = readOr(words);
    words.expect(')');
    return inner;
  }
  const left = readOperand(words);
  if (words.takeIf('BETWEEN')) {
    const least = readOperand(words);
    words.expect('AND');
    return { kind: 'between', of: left, least, most: readOperand(words) };
  }
  if (/^(=|<>|<|<=|>|>=)$/.test(words.next ?? '')) {
    return { kind: 'compare', operator: words.take(), left, right: readOperand(words) };
  }
  return { kind: 'test', of: left };
}

function readSum(words: Words): Operand {
  const left = readOperand(words);
  if (words.takeIf('+')) return { kind: 'sum', sign: 1, left, right: readOperand(words) };
  if (words.takeIf('-')) return { kind: 'sum', sign: -1, left, right: readOperand(words) };
  return left;
}

function readOperand(words: Words): Operand {
  if (words.next?.startsWith(':')) return { kind: 'value', name: words.take() };
  const path = readPath(words);
  const [name = ''] = path;
  if (!words.takeIf('(')) return { kind: 'path', path };
  const operands = listOf(words, readOperand);
  words.expect(')');
  return { kind: 'call', name, operands };
}

function readPath(words: Words): Path {
  const path = [words.take()];
  while (words.takeIf('.')) path.push(words.take());
  return path;
}
