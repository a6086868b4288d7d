import { useEffect, useId, useRef } from 'preact/hooks';
import type { Question } from '../state/page-screen.ts';
import { texts } from '../texts.ts';

/** A command asks for something. The form is in place of the composer. */
export function QuestionForm({ question }: { readonly question: Question }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <form
      class="composer question"
      onSubmit={(event) => {
        event.preventDefault();
        question.answer(input.current?.value ?? '');
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') question.answer(undefined);
      }}
    >
      <label for={id}>{question.text}</label>
      <input
        ref={input}
        id={id}
        {...(question.isSecret ? { type: 'password' } : { type: 'text' })}
        autocomplete="off"
        dir="auto"
      />
      <button type="submit" class="primary">
        {texts.ok}
      </button>
      <button type="button" onClick={() => question.answer(undefined)}>
        {texts.cancel}
      </button>
    </form>
  );
}
