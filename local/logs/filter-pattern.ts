/** Whether a line of the log fits. */
export type LineFilter = (text: string) => boolean;

const condition = /^\$\.(\w+)\s*=\s*(?:"([^"\\]*)"|\*)$/;

/**
 * CloudWatch Logs' filter patterns for JSON, as far as the room uses them: `{ $.user = "facebook" && $.level = * }`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * @returns undefined for a pattern that is not understood.
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
