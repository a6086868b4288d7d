import { useMemo } from 'preact/hooks';
import type { App } from '../state/app.ts';
import { LoginForm, type LoginMode } from '../state/login-form.ts';
import { texts } from '../texts.ts';
import { LoginFields } from './login-fields.tsx';
import { StillTrying } from './still-trying.tsx';

const modes: readonly LoginMode[] = ['login', 'register', 'deregister'];

const titles: Readonly<Record<LoginMode, string>> = {
  login: texts.logIn,
  register: texts.register,
  deregister: texts.deregister,
};

/** Logging in, creating an account, deleting an account. */
export function LoginView({ app }: { readonly app: App }) {
  const form = useMemo(() => new LoginForm(app), [app]);
  const mode = form.mode.value;
  return (
    <main class="entrance">
      <h1 class="entrance-title">{texts.room}</h1>
      {app.greeting.value !== undefined && <p role="status">{app.greeting.value}</p>}
      <form
        key={mode}
        class="card"
        aria-labelledby="login-title"
        onSubmit={(event) => {
          event.preventDefault();
          void form.submit();
        }}
      >
        <h2 id="login-title">{titles[mode]}</h2>
        <Notes form={form} />
        <LoginFields form={form} />
        <button type="submit" class={styleOf(form)} disabled={form.isBusy.value} aria-busy={form.isBusy.value}>
          {form.isBusy.value && mode === 'login' ? texts.loggingIn : titles[mode]}
        </button>
        <StillTrying app={app} />
      </form>
      <nav class="entrance-links" aria-label={texts.otherForms}>
        {modes
          .filter((other) => other !== mode)
          .map((other) => (
            <button type="button" class="link" key={other} onClick={() => form.choose(other)}>
              {titles[other]}
            </button>
          ))}
      </nav>
    </main>
  );
}

/** The one button to press next is the primary one. */
function styleOf({ mode, elsewhere }: LoginForm): string | undefined {
  if (mode.value === 'deregister') return 'danger';
  return elsewhere.value === undefined ? 'primary' : undefined;
}

/** What the room says about the whole form. */
function Notes({ form }: { readonly form: LoginForm }) {
  return (
    <>
      {form.success.value !== undefined && <p role="status">{form.success.value}</p>}
      {form.mode.value === 'register' && form.invite.value !== '' && <p>{texts.invited}</p>}
      {form.mode.value === 'deregister' && <p class="warning">{texts.deleteWarning}</p>}
    </>
  );
}
