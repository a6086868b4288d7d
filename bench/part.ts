/** One part of the bench: `npm run bench -- NAME`. */
export interface Part {
  /** One line for the list of parts. */
  readonly summary: string;
  /** The page that holds its report between `<!-- bench NAME -->` and `<!-- /bench NAME -->`; `--write` replaces it. */
  readonly page: 'docs/cost.md' | 'docs/scaling.md';
  /** Measures, and returns the report as Markdown. */
  run(): Promise<string>;
}

/** A Markdown table. All columns except the first are right-aligned. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'));
  return [header, rule, ...rows].map(line).join('\n');
}

const markers = (name: string) => [`<!-- bench ${name} -->`, `<!-- /bench ${name} -->`] as const;

/**
 * The report of a part on its page.
 * @throws Error if the page has no markers for it.
 */
export function reportOn(page: string, name: string): string {
  const [begin, end] = markers(name);
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The page has no ${begin} … ${end}.`);
  return page.slice(from + begin.length, to).trim();
}

/** Replaces the report of a part on its page. @throws Error if the page has no markers for it. */
export function withReport(page: string, name: string, report: string): string {
  const [begin, end] = markers(name);
  reportOn(page, name);
  const [before, after] = [page.slice(0, page.indexOf(begin)), page.slice(page.indexOf(end))];
  return `${before}${begin}\n\n${report}\n\n${after}`;
}
