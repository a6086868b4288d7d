import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { texts as chatTexts } from '../../chat/texts.ts';
import type { LoginForm, Problem } from '../state/login-form.ts';
import { texts } from '../texts.ts';
import { Field } from './field.tsx';
import { UserForPasswordManagers } from './password-managers.tsx';

interface Props {
  readonly form: LoginForm;
  /** The user cannot be changed: the session of this one has ended. */
  readonly fixedUser?: string;
}

/** The fields of a login form, and what the room says about them. */
export function LoginFields({ form, fixedUser }: Props) {
  const mode = form.mode.value;
  const problem = form.problem.value;
  // There is no field for a fixed user.
  const isOfForm = problem?.field === 'form' || (problem?.field === 'user' && fixedUser !== undefined);
  const formProblem = isOfForm ? problem : undefined;
  const about = (field: Problem['field']) => ({
    error: problem?.field === field ? problem : undefined,
    edited: () => form.edited(field),
  });
  const shortest = form.shortest.value;
  const rule = shortest === undefined ? undefined : texts.passwordRule(shortest);
  // A name that is being typed does not move the focus.
  const knowsUser = useMemo(() => form.user.peek() !== '', [form]);
  return (
    <>
      {formProblem && (
        <p class="wrong" role="alert">
          {formProblem.text}
        </p>
      )}
      {fixedUser === undefined ? (
        <Field
          label={texts.user}
          name="username"
          autocomplete="username"
          value={form.user}
          {...about('user')}
          hint={mode === 'register' ? texts.nameRule : undefined}
          isFirst={!knowsUser}
        />
      ) : (
        <UserForPasswordManagers user={fixedUser} />
      )}
      <Field
        label={texts.password}
        name="password"
        autocomplete={mode === 'register' ? 'new-password' : 'current-password'}
        value={form.password}
        {...about('password')}
        hint={mode === 'register' ? rule : undefined}
        isFirst={knowsUser && fixedUser === undefined}
      />
      {mode === 'login' && form.wantsNewPassword.value && (
        <Field
          label={texts.newPassword}
          name="new-password"
          autocomplete="new-password"
          value={form.newPassword}
          {...about('newPassword')}
          hint={rule}
        />
      )}
      {mode === 'register' && form.wantsInvite.value && (
        <Field
          label={texts.invitation}
          name="invitation"
          autocomplete="off"
          value={form.invite}
          {...about('invite')}
          isOptional
        />
      )}
      <BlockedNote form={form} />
      <TakeOver form={form} />
    </>
  );
}

/** How long a login block lasts. */
function BlockedNote({ form }: { readonly form: LoginForm }) {
  const now = useSignal(Date.now());
  const isBlocked = form.isBlocked.value;
  useEffect(() => {
    if (!isBlocked) return;
    now.value = Date.now();
    const ticking = setInterval(() => {
      now.value = Date.now();
    }, 1000);
    return () => clearInterval(ticking);
  }, [isBlocked, now]);
  const text = isBlocked ? form.blockedText(now.value) : undefined;
  return (
    <div role="alert" aria-live="polite">
      {text !== undefined && <p class="wrong">{text}</p>}
    </div>
  );
}

/** The user is logged in elsewhere. */
function TakeOver({ form }: { readonly form: LoginForm }) {
  const since = form.elsewhere.value;
  if (since === undefined) return null;
  return (
    <div class="take-over" role="alert">
      <p>
        {chatTexts.loggedInElsewhere(since)} {texts.takesOver}
      </p>
      <button type="button" class="primary" onClick={() => void form.submit(true)}>
        {texts.continueHere}
      </button>
    </div>
  );
}
