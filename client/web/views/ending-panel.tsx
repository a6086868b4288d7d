import { useEffect, useMemo, useRef } from 'preact/hooks';
import { endingLine } from '../../chat/texts.ts';
import type { ForcedEnding } from '../../room/common.ts';
import type { App } from '../state/app.ts';
import type { Chat } from '../state/chat.ts';
import { LoginForm } from '../state/login-form.ts';
import { texts } from '../texts.ts';
import { LoginFields } from './login-fields.tsx';
import { StillTrying } from './still-trying.tsx';

interface Props {
  readonly app: App;
  readonly chat: Chat;
  readonly ending: ForcedEnding;
}

/** Why the session has ended, and the way back. It is in place of the composer: the messages stay on the screen. */
export function EndingPanel({ app, chat, ending }: Props) {
  const form = useMemo(() => {
    const login = new LoginForm(app);
    login.choose('login');
    return login;
  }, [app]);
  const panel = useRef<HTMLFormElement>(null);
  // What the user was typing must not go into the field for the password.
  useEffect(() => panel.current?.focus(), []);
  const isReplaced = ending.reason === 'replaced';
  return (
    <form
      ref={panel}
      class="ending"
      tabIndex={-1}
      aria-labelledby="ending-reason"
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit(isReplaced);
      }}
    >
      <p id="ending-reason" role="alert">
        {endingLine(ending)}
      </p>
      <LoginFields form={form} fixedUser={chat.me} />
      <div class="buttons">
        <button type="submit" class="primary" disabled={form.isBusy.value}>
          {isReplaced ? texts.continueHere : texts.logInAgain}
        </button>
        <button type="button" onClick={() => app.leaveEnded()}>
          {texts.close}
        </button>
      </div>
      <StillTrying app={app} />
    </form>
  );
}
