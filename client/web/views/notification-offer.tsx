import type { App } from '../state/app.ts';
import { texts } from '../texts.ts';

/** Asks whether to notify the user, once it is of use. The browser then asks too. */
export function NotificationOffer({ app, user }: { readonly app: App; readonly user: string }) {
  const { attention } = app;
  const shown = attention.shown.value;
  if (shown === undefined) return null;
  if (shown !== 'default') {
    return (
      <section class="offer" aria-label={texts.notifications}>
        <p role="status">{shown === 'granted' ? texts.notificationsOn : texts.notificationsOff}</p>
        <button type="button" onClick={() => attention.hide()}>
          {texts.close}
        </button>
      </section>
    );
  }
  return (
    <section class="offer" aria-label={texts.notifications}>
      <p>{texts.offerNotifications}</p>
      <div class="buttons">
        <button type="button" class="primary" onClick={() => void attention.accept()}>
          {texts.notify}
        </button>
        <button type="button" onClick={() => attention.decline(user)}>
          {texts.notNow}
        </button>
      </div>
    </section>
  );
}
