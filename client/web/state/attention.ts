import { signal } from '@preact/signals';
import type { ShownMessage } from '../../room/common.ts';

/** The longest text that a notification shows, in characters. The browser shows less. */
const longest = 200;

/** Tells a user about messages while the page is hidden. */
export class Attention {
  /** Whether to offer notifications: the browser has them, and the user has not decided. */
  readonly isOffered = signal(false);
  #wasDeclined = false;

  /** Offers notifications. Call it when they have first become useful: after the user's own first message. */
  offer(): void {
    if (this.#wasDeclined || !('Notification' in globalThis) || !isSecureContext) return;
    this.isOffered.value = Notification.permission === 'default';
  }

  /** Asks the browser for its permission. */
  async accept(): Promise<void> {
    this.isOffered.value = false;
    await Notification.requestPermission();
  }

  decline(): void {
    this.#wasDeclined = true;
    this.isOffered.value = false;
  }

  /** @param opened Called when the user opens the notification. */
  notify(summary: string, message: ShownMessage, opened: () => void): void {
    if (document.visibilityState === 'visible' || !('Notification' in globalThis)) return;
    if (Notification.permission !== 'granted') return;
    const text = 'text' in message ? message.text : 'name' in message ? message.name : '';
    try {
      const notification = new Notification(summary, {
        body: text.slice(0, longest),
        icon: 'icon-192.png',
        tag: summary,
      });
      notification.onclick = () => {
        window.focus();
        opened();
        notification.close();
      };
    } catch {
      // Chrome on Android has the class, but notifies only through a service worker.
      void navigator.serviceWorker?.ready.then((worker) => worker.showNotification(summary, { body: text }));
    }
  }
}
