import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';

interface FieldProps {
  readonly label: string;
  readonly value: Signal<string>;
  /** For password managers. */
  readonly autocomplete: 'username' | 'current-password' | 'new-password' | 'off' | 'one-time-code';
  readonly name: string;
  /** Below the input. */
  readonly hint?: ComponentChildren;
  /** Why the room refused the value. The field gets the focus with each new object. */
  readonly error?: { readonly text: string } | undefined;
  /** The user changes the value. */
  readonly edited?: () => void;
  /** The focus goes here when the form appears. */
  readonly isFirst?: boolean;
  readonly isOptional?: boolean;
}

/** An input with its label, and beside it what is wrong with its value. */
export function Field(props: FieldProps) {
  const { label, value, autocomplete, name, hint, error, edited, isFirst = false, isOptional = false } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const isShown = useSignal(false);
  const isPassword = autocomplete.endsWith('password');
  // Before the form is painted: later, the focus would move away from a field that is being typed in.
  useLayoutEffect(() => {
    if (isFirst) input.current?.focus();
  }, [isFirst]);
  useLayoutEffect(() => {
    if (error !== undefined) input.current?.focus();
  }, [error]);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="field-box">
        <input
          ref={input}
          id={id}
          name={name}
          {...(isPassword && !isShown.value ? { type: 'password' } : { type: 'text' })}
          value={value}
          onInput={(event) => {
            value.value = event.currentTarget.value;
            edited?.();
          }}
          autocomplete={autocomplete}
          autocapitalize="none"
          spellcheck={false}
          autofocus={isFirst}
          required={!isOptional}
          aria-invalid={error !== undefined}
          aria-describedby={error !== undefined || hint !== undefined ? `${id}-note` : undefined}
        />
        {isPassword && (
          <button
            type="button"
            class="field-reveal"
            aria-pressed={isShown.value}
            aria-label={texts.showPassword}
            onClick={() => {
              isShown.value = !isShown.value;
            }}
          >
            <Icon name="eye" />
          </button>
        )}
      </div>
      {error !== undefined ? (
        <p class="field-note wrong" id={`${id}-note`} role="alert">
          {error.text}
        </p>
      ) : (
        hint !== undefined && (
          <p class="field-note" id={`${id}-note`}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}
