import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icons.tsx';

export interface Choice {
  readonly text: string;
  choose(): void;
}

/** A button that shows further buttons. */
export function Menu({ label, choices }: { readonly label: string; readonly choices: readonly Choice[] }) {
  const isOpen = useSignal(false);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen.value) return;
    const close = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) isOpen.value = false;
    };
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      isOpen.value = false;
      button.current?.focus();
    };
    document.addEventListener('keydown', press);
    document.addEventListener('pointerdown', close);
    document.addEventListener('focusin', close);
    return () => {
      document.removeEventListener('keydown', press);
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('focusin', close);
    };
  }, [isOpen, isOpen.value]);
  return (
    <div class="menu" ref={box}>
      <button
        ref={button}
        type="button"
        class="round"
        aria-label={label}
        aria-expanded={isOpen.value}
        aria-controls={id}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        <Icon name="menu" />
      </button>
      <ul class="menu-choices" id={id} hidden={!isOpen.value}>
        {choices.map(({ text, choose }) => (
          <li key={text}>
            <button
              type="button"
              onClick={() => {
                isOpen.value = false;
                // The chosen button is hidden now, and what it opens returns the focus here.
                button.current?.focus();
                choose();
              }}
            >
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
