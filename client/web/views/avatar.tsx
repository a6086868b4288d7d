import { foldName } from '../../../protocol/index.ts';

/** The number of colours of the style sheet: `avatar-0` and so on. */
const colours = 8;

function colourOf(name: string): number {
  let hash = 0;
  for (const character of foldName(name)) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return hash % colours;
}

/** The first letter of a name, on the name's colour. */
export function Avatar({ name, isOnline }: { readonly name: string; readonly isOnline?: boolean | undefined }) {
  return (
    <span class={`avatar avatar-${colourOf(name)}`} aria-hidden="true">
      {name.slice(0, 1).toUpperCase()}
      {isOnline !== undefined && <span class={isOnline ? 'presence is-online' : 'presence'} />}
    </span>
  );
}
