import { foldName } from './fields.ts';

/**
 * The form in which two names are equal that a reader may take for each other: `I`, `l` and `1`, `O` and `0`, `rn` and `m`, and
 * punctuation at the end.
 */
export function skeletonOf(name: string): string {
  return foldName(name)
    .replace(/[._-]+$/, '')
    .replace(/[i1]/g, 'l')
    .replaceAll('0', 'o')
    .replaceAll('rn', 'm');
}

/** Names that claim authority. Only the administrator gives them, with `add-user`. */
const authorities: ReadonlySet<string> = new Set(
  [
    'system',
    'admin',
    'administrator',
    'root',
    'moderator',
    'operator',
    'sysadmin',
    'superuser',
    'support',
    'staff',
    'security',
    'official',
  ].map(skeletonOf),
);

/**
 * Whether a name or a part of it claims authority, or looks like that: `Adm1n`, `system.`, `the-admin`, `TheAdmin`, `admin2`,
 * `sys.tem`.
 */
export function claimsAuthority(name: string): boolean {
  const parts = name.split(/[._-]+|(?<=[a-z])(?=[A-Z])/);
  const forms = [...parts, parts.join('')].flatMap((part) => [part, part.replace(/\d+$/, '')]);
  return forms.some((form) => authorities.has(skeletonOf(form)));
}
