import type { App } from '../state/app.ts';
import { texts } from '../texts.ts';

/** Says that the page goes on trying to connect, and lets the user end that. */
export function StillTrying({ app }: { readonly app: App }) {
  if (!app.isTrying.value) return null;
  return (
    <div class="buttons" role="status">
      <p>{texts.stillTrying}</p>
      <button type="button" onClick={() => app.stopTrying()}>
        {texts.cancel}
      </button>
    </div>
  );
}
