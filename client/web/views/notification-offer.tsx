import type { App } from '../state/app.ts';
import type { Chat } from '../state/chat.ts';
import { texts } from '../texts.ts';
import { takeFocus } from './take-focus.ts';

/** Asks whether to notify the user, once it is of use. The browser then asks too. */
export function NotificationOffer({ app, chat }: { readonly app: App; readonly chat: Chat }) {
  const { attention } = app;
  const shown = attention.shown.value;
  if (shown === undefined) return null;
  // The button that had the focus is gone. Opening a conversation moves the focus to the box to write in.
  const toComposer = () => {
    if (attention.shown.peek() === undefined) chat.open(chat.shown.name);
  };
  if (shown !== 'default') {
    return (
      <section class="offer" aria-label={texts.notifications}>
        <p role="status">{shown === 'granted' ? texts.notificationsOn : texts.notificationsOff}</p>
        <button
          ref={takeFocus}
          type="button"
          onClick={() => {
            attention.hide();
            toComposer();
          }}
        >
          {texts.close}
        </button>
      </section>
    );
  }
  return (
    <section class="offer" aria-label={texts.notifications}>
      <p>{texts.offerNotifications}</p>
      <div class="buttons">
        <button type="button" class="primary" onClick={() => void attention.accept().then(toComposer)}>
          {texts.notify}
        </button>
        <button
          type="button"
          onClick={() => {
            attention.decline(chat.me);
            toComposer();
          }}
        >
          {texts.notNow}
        </button>
      </div>
    </section>
  );
}
