import { lambdasOwn, type Right } from './rights.ts';

const introduction = `# Who may do what

What the role of each function allows it. Written by \`npm run rights\` from the synthesized template; \`npm test\` fails if it differs,
if a function is refused anything in any scene, and if there is a right here that no scene makes use of. The local room
refuses what is not here as AWS does.

Left out is what Lambda itself does with the role of every function: writing the room's log, and tracing if \`tracing\` is set
(${[...lambdasOwn].map((action) => `\`${action}\``).join(', ')}).
`;

/** The page that shows the rights: a row for each function and resource. */
export function renderRights(rights: readonly Right[]): string {
  const rows = new Map<string, { cells: string[]; actions: string[] }>();
  for (const { action, conditions, function: name, resource } of rights) {
    if (lambdasOwn.has(action)) continue;
    const cells = [name, `\`${resource}\`${conditions === '' ? '' : `, if \`${conditions}\``}`];
    const row = rows.get(cells.join()) ?? { cells, actions: [] };
    row.actions.push(`\`${action}\``);
    rows.set(cells.join(), row);
  }
  const lines = [...rows.values()].map(({ cells, actions }) => `| ${[...cells, actions.join(', ')].join(' | ')} |`);
  return `${introduction}\n| function | on | may |\n|---|---|---|\n${lines.join('\n')}\n`;
}
