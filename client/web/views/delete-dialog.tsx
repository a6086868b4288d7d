import type { Signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { App } from '../state/app.ts';
import { texts } from '../texts.ts';

/** Asks before the logout that comes before the deletion of an account. */
export function DeleteDialog({ app, isShown }: { readonly app: App; readonly isShown: Signal<boolean> }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="card"
      aria-labelledby="delete-title"
      onClose={() => {
        isShown.value = false;
      }}
    >
      <form method="dialog">
        <h2 id="delete-title">{texts.deregister}</h2>
        <p class="warning">{texts.deleteWarning}</p>
        <p>{texts.logOutFirst}</p>
        <div class="buttons">
          <button type="button" class="danger" onClick={() => void app.logOut('deregister')}>
            {texts.logOutToDelete}
          </button>
          <button type="submit" autofocus>
            {texts.cancel}
          </button>
        </div>
      </form>
    </dialog>
  );
}
