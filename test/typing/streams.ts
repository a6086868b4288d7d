import fc from 'fast-check';

/** One thing that happens at a terminal. */
export type Step =
  | { readonly do: 'keys'; readonly bytes: Uint8Array }
  | { readonly do: 'paste'; readonly text: string; readonly split: number }
  | { readonly do: 'enter'; readonly text: string }
  | { readonly do: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly do: 'signal'; readonly signal: 'SIGWINCH' | 'SIGCONT' | 'stop' }
  | { readonly do: 'incoming'; readonly text: string }
  | { readonly do: 'wait'; readonly milliseconds: number };

export const deadlySignals = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGALRM', 'SIGUSR2'] as const;

export interface Stream {
  readonly steps: readonly Step[];
  /** How the client ends after the stream; undefined: it goes on with the next stream. */
  readonly end: (typeof deadlySignals)[number] | 'quit' | 'eof' | undefined;
}

/**
 * The characters typed outside of pastes. They form no command, not even by completion, so everything that is sent was
 * entered on purpose or comes from the history.
 */
const noise = fc.constantFrom(...'abcdeXYZ 0189.,;é你🙂\t\r\r');

/** Keys, and parts of them. No Ctrl+C, Ctrl+D or Ctrl+Z, which end or stop the client. */
const control = fc
  .constantFrom(
    ...['[A', '[B', '[C', '[D', '[H', '[F', '[3~', '[5~', '[1;5C', '[1;5D', '[Z', 'OP', 'b', 'f', 'd', 'y'],
    ...[
      '[',
      'O',
      '[1',
      '[1;',
      '[20',
      '[200',
      '[201~',
      '[200~',
      '[?2004',
      '[?2004;1',
      '[999;999R',
      ']0;x\u0007',
      '[<0;1;1M',
    ],
    '',
  )
  .map((rest) => `\u001b${rest}`);
const ctrl = fc.constantFrom(
  ...'\u0001\u0002\u0005\u0006\u0007\u0008\u000b\u000c\u000e\u0010\u0014\u0015\u0017\u0019\u001f\u007f\u0000',
);

const latin1 = (text: string) => new Uint8Array(Buffer.from(text));
/** Overlong forms, surrogates, lone and missing continuation bytes. No byte of them is a control character. */
const brokenUtf8 = fc.uint8Array({ min: 0x80, max: 0xff, minLength: 1, maxLength: 6 });

const bytes = fc
  .array(fc.oneof(noise.map(latin1), control.map(latin1), ctrl.map(latin1), brokenUtf8), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

/** Pasted texts contain commands, which must not be carried out, and the marks of pastes. */
const pasted = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.constantFrom('block carol', 'quit', '/q', 'broadcast hidden', '\n', '\n', '\r\n', '\t', '\u0003', '\u0004'),
      fc.constantFrom('\u001b[201~', '\u001b[200~', '\u2028', '\u001b[A', '\u0015', '\u001b', '\ufdd0'),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: bytes.map((keys): Step => ({ do: 'keys', bytes: keys })) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('paste' as const), text: pasted, split: fc.nat() }) },
  { weight: 1, arbitrary: noise.map((text): Step => ({ do: 'enter', text: `broadcast said ${text.trim()}` })) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('resize' as const),
      columns: fc.integer({ min: 1, max: 200 }),
      rows: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('SIGWINCH' as const, 'SIGCONT' as const, 'stop' as const)
      .map((signal): Step => ({ do: 'signal', signal })),
  },
  { weight: 1, arbitrary: pasted.map((text): Step => ({ do: 'incoming', text })) },
  { weight: 1, arbitrary: fc.nat({ max: 60 }).map((milliseconds): Step => ({ do: 'wait', milliseconds })) },
);

export const streams: fc.Arbitrary<Stream> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 8 }),
  end: fc.oneof(
    { weight: 60, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...deadlySignals, 'quit' as const, 'eof' as const) },
  ),
});

/** A text to paste into a line, which must arrive unaltered: up to the limit of a text, with something to say. */
export const exactPastes: fc.Arbitrary<string> = pasted.map((text) => `x${text.slice(0, 1000)}`);
