/** A `ref` that moves the focus to a new button. A function made at each rendering would take the focus each time. */
export const takeFocus = (button: HTMLButtonElement | null): void => button?.focus();
