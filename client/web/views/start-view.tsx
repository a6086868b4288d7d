import type { App } from '../state/app.ts';
import { texts } from '../texts.ts';

/** A session from before a reload is being continued. */
export function StartView({ app }: { readonly app: App }) {
  const problem = app.starting.value?.problem;
  return (
    <main class="entrance">
      <h1 class="entrance-title">{texts.room}</h1>
      <p role="status">{problem ?? (app.isTrying.value ? texts.stillTrying : texts.connecting)}</p>
      {problem !== undefined && (
        <button type="button" class="primary" onClick={() => app.retry()}>
          {texts.tryAgain}
        </button>
      )}
    </main>
  );
}
