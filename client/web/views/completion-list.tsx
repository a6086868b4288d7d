import { useEffect, useRef } from 'preact/hooks';
import type { Candidate } from '../state/commands.ts';
import { texts } from '../texts.ts';

interface Props {
  readonly id: string;
  readonly candidates: readonly Candidate[];
  readonly chosen: number;
  take(candidate: Candidate): void;
}

/** What the typed command can go on with. The focus stays in the input. */
export function CompletionList({ id, candidates, chosen, take }: Props) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <div ref={list} id={id} class="completions" role="listbox" aria-label={texts.completions}>
      {candidates.map((candidate, index) => (
        <button
          type="button"
          key={candidate.line}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => take(candidate)}
        >
          <span class="completion-text">{candidate.shown}</span>
          {candidate.hint !== undefined && <span class="quiet">{candidate.hint}</span>}
        </button>
      ))}
    </div>
  );
}
