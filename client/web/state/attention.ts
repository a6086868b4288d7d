import { type Signal, signal } from '@preact/signals';
import { foldName } from '../../../protocol/index.ts';
import type { ShownMessage } from '../../room/common.ts';

/** The longest text that a notification shows, in characters. The browser shows less. */
const longest = 200;

const declinedKey = (user: string) => `notifications declined by ${foldName(user)}`;

function hasDeclined(user: string): boolean {
  try {
    return localStorage.getItem(declinedKey(user)) !== null;
  } catch {
    return false;
  }
}

/** Tells a user about messages while the page is hidden. */
export class Attention {
  /** What the page says about notifications: an offer, or what the user has decided. Undefined if nothing. */
  readonly shown: Signal<NotificationPermission | undefined> = signal(undefined);
  readonly isPossible = 'Notification' in globalThis && isSecureContext;

  /**
   * Offers notifications, unless the user has declined them in this browser. Call it when they have first become useful:
   * after the user's own first message.
   */
  offer(user: string): void {
    if (this.isPossible && Notification.permission === 'default' && !hasDeclined(user)) this.show();
  }

  /** Shows the offer, or what the user has decided. */
  show(): void {
    this.shown.value = Notification.permission;
  }

  hide(): void {
    this.shown.value = undefined;
  }

  /** Asks the browser for its permission, and says so if it refuses. */
  async accept(): Promise<void> {
    this.hide();
    if ((await Notification.requestPermission()) === 'denied') this.show();
  }

  decline(user: string): void {
    this.hide();
    try {
      localStorage.setItem(declinedKey(user), 'yes');
    } catch {
      // The browser forbids storage: the next login may ask again.
    }
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
