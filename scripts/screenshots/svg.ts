import type { IBuffer, IBufferCell } from '@xterm/headless';

/** The look of a terminal on a light or dark page. */
export interface Theme {
  readonly background: string;
  readonly frame: string;
  readonly text: string;
  readonly cursor: string;
}

export const themes = {
  dark: { background: '#0d1117', frame: '#30363d', text: '#e6edf3', cursor: '#8b949e' },
  light: { background: '#ffffff', frame: '#d0d7de', text: '#1f2328', cursor: '#6e7781' },
} as const satisfies Record<string, Theme>;

/** Pixels. */
const cell = { width: 8.4, height: 19 };
const margin = 16;
const bar = 34;

/** Adjacent cells with the same look. */
interface Run {
  readonly column: number;
  cells: number;
  text: string;
  readonly style: string;
}

/** Draws the current screen of a terminal, with its colours and the cursor. */
export function drawTerminal(buffer: IBuffer, size: { columns: number; rows: number }, title: string, theme: Theme) {
  const width = size.columns * cell.width + 2 * margin;
  const height = size.rows * cell.height + margin + bar;
  const rows = Array.from({ length: size.rows }, (_, row) => drawRow(buffer, row, theme)).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}">
<title>${escapeXml(title)}</title>
<rect x="0.5" y="0.5" width="${round(width - 1)}" height="${round(height - 1)}" rx="8" fill="${theme.background}" stroke="${theme.frame}"/>
${['#ff5f57', '#febc2e', '#28c840'].map((fill, index) => `<circle cx="${18 + index * 18}" cy="17" r="5.5" fill="${fill}"/>`).join('')}
<text x="${round(width / 2)}" y="21.5" text-anchor="middle" font-family="system-ui, sans-serif" font-size="13" fill="${theme.cursor}">${escapeXml(title)}</text>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${theme.text}" xml:space="preserve">
${rows}<rect x="${x(buffer.cursorX)}" y="${round(top(buffer.cursorY) + 2)}" width="${cell.width}" height="${cell.height - 3}" fill="${theme.cursor}" opacity="0.7"/>
</g>
</svg>
`;
}

function drawRow(buffer: IBuffer, row: number, theme: Theme): string {
  const texts = runsOf(buffer, buffer.viewportY + row, theme)
    .filter(({ text }) => text.trim() !== '')
    .map(
      ({ column, cells, text, style }) =>
        `<text x="${x(column)}" y="${round(top(row) + 14)}" textLength="${round(cells * cell.width)}"${style}>${escapeXml(text)}</text>\n`,
    );
  return texts.join('');
}

function runsOf(buffer: IBuffer, row: number, theme: Theme): Run[] {
  const line = buffer.getLine(row);
  const runs: Run[] = [];
  for (let column = 0; line && column < line.length; ) {
    const at = line.getCell(column);
    const wide = at?.getWidth() ?? 1;
    if (at && wide > 0) {
      const last = runs.at(-1);
      const style = styleOf(at);
      const text = at.getChars() || ' ';
      // A wide character is its own run, because few fonts draw it exactly two cells wide.
      if (
        last &&
        last.style === style &&
        wide === 1 &&
        last.cells === last.text.length &&
        last.column + last.cells === column
      ) {
        last.cells += 1;
        last.text += text;
      } else runs.push({ column, cells: wide, text, style });
    }
    column += Math.max(1, wide);
  }
  return runs.map(trimEnd);

  function styleOf(at: IBufferCell): string {
    const colour = at.isFgPalette() ? ` fill="${paletteColour(at.getFgColor())}"` : '';
    return `${colour}${at.isBold() ? ' font-weight="700"' : ''}${at.isDim() ? ` fill="${theme.text}" opacity="0.6"` : ''}`;
  }
}

function trimEnd(run: Run): Run {
  const text = run.text.trimEnd();
  return { ...run, text, cells: run.cells - (run.text.length - text.length) };
}

/** A colour of the 6 × 6 × 6 cube of the 256 colours. The client uses no others. */
function paletteColour(colour: number): string {
  if (colour < 16 || colour > 231) throw new RangeError(`colour ${colour} is not in the cube`);
  const steps = [0, 95, 135, 175, 215, 255];
  const index = colour - 16;
  const parts = [Math.floor(index / 36), Math.floor(index / 6) % 6, index % 6].map((step) => steps[step] ?? 0);
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

const round = (pixels: number) => Math.round(pixels * 10) / 10;
const x = (column: number) => round(margin + column * cell.width);
const top = (row: number) => bar + row * cell.height;

const escapeXml = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
