import type { App } from '../state/app.ts';
import { texts } from '../texts.ts';

/** Asks whether to notify the user, once it is of use. The browser then asks too. */
export function NotificationOffer({ app }: { readonly app: App }) {
  const { attention } = app;
  if (!attention.isOffered.value) return null;
  return (
    <section class="offer" aria-label={texts.notify}>
      <p>{texts.offerNotifications}</p>
      <div class="buttons">
        <button type="button" class="primary" onClick={() => void attention.accept()}>
          {texts.notify}
        </button>
        <button type="button" onClick={() => attention.decline()}>
          {texts.notNow}
        </button>
      </div>
    </section>
  );
}
