/** Whether a log line matches. */
export type LineFilter = (text: string) => boolean;

const condition = /^\$\.(\w+)\s*=\s*(?:"([^"\\]*)"|\*)$/;

/**
 * Reads a CloudWatch Logs filter pattern. Supports JSON conditions such as `{ $.user = "facebook" && $.level = * }`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * @returns undefined for an unsupported pattern.
 */
export function readFilterPattern(pattern: string): LineFilter | undefined {
  if (pattern.trim() === '') return () => true;
  const inside = /^\{(.+)\}$/.exec(pattern.trim())?.[1];
  const conditions = inside?.split('&&').map((one) => condition.exec(one.trim()));
  if (!conditions?.every((one) => one !== null)) return undefined;
  return (text) => {
    const line = parse(text);
    return conditions.every(([, name = '', value]) => {
      const found = Object.hasOwn(line, name) ? line[name] : undefined;
      return value === undefined ? found !== undefined : found === value;
    });
  };
}

function parse(text: string): Record<string, unknown> {
  if (!text.startsWith('{')) return {};
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
