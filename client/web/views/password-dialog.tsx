import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { errorLine } from '../../chat/texts.ts';
import { RefusalError } from '../../room/common.ts';
import type { Chat } from '../state/chat.ts';
import { plain } from '../state/to-item.ts';
import { texts } from '../texts.ts';
import { Field } from './field.tsx';
import { UserForPasswordManagers } from './password-managers.tsx';
import { takeFocus } from './take-focus.ts';

/** The form for a new password. */
export function PasswordDialog({ chat }: { readonly chat: Chat }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const oldPassword = useSignal('');
  const newPassword = useSignal('');
  const error = useSignal<{ readonly isOld: boolean; readonly text: string } | undefined>(undefined);
  const isChanged = useSignal(false);
  const isBusy = useSignal(false);
  useEffect(() => dialog.current?.showModal(), []);
  // Returns the focus to where it was.
  const close = () => dialog.current?.close();
  const closed = () => {
    chat.isChangingPassword.value = false;
  };
  const edited = () => {
    error.value = undefined;
  };
  const submit = async () => {
    isBusy.value = true;
    error.value = undefined;
    try {
      await chat.room.changePassword(oldPassword.value, newPassword.value);
      isChanged.value = true;
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      const limit = cause instanceof RefusalError ? cause.details.limit : undefined;
      const isOld = !(cause instanceof RefusalError) || cause.code !== 'invalid-password';
      const isTooShort = !isOld && limit !== undefined && [...newPassword.value].length < limit;
      const text = isTooShort ? texts.passwordRule(limit) : plain(errorLine(cause)).replace(/^Error! /, '');
      error.value = { isOld, text };
    }
    isBusy.value = false;
  };
  if (isChanged.value) {
    return (
      <dialog ref={dialog} class="card" aria-label={texts.changePassword} onClose={closed}>
        <p role="status">{texts.passwordChanged}</p>
        <button ref={takeFocus} type="button" class="primary" onClick={close}>
          {texts.close}
        </button>
      </dialog>
    );
  }
  return (
    <dialog ref={dialog} class="card" aria-labelledby="password-title" onClose={closed}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h2 id="password-title">{texts.changePassword}</h2>
        <UserForPasswordManagers user={chat.me} />
        <Field
          label={texts.oldPassword}
          name="password"
          autocomplete="current-password"
          value={oldPassword}
          error={error.value?.isOld ? error.value : undefined}
          edited={edited}
          isFirst
        />
        <Field
          label={texts.newPassword}
          name="new-password"
          autocomplete="new-password"
          value={newPassword}
          error={error.value?.isOld === false ? error.value : undefined}
          edited={edited}
        />
        <div class="buttons">
          <button type="submit" class="primary" disabled={isBusy.value}>
            {texts.changePassword}
          </button>
          <button type="button" onClick={close}>
            {texts.cancel}
          </button>
        </div>
      </form>
    </dialog>
  );
}
