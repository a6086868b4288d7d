import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

const holdsFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true;

/**
 * Takes files that are dropped on an element.
 * @returns whether files are held over the element.
 */
export function useDrop(
  element: RefObject<HTMLElement | null>,
  take: (files: readonly File[]) => void,
): Signal<boolean> {
  const isOver = useSignal(false);
  useEffect(() => {
    const { current } = element;
    if (!current) return;
    const over = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      isOver.value = true;
    };
    const leave = (event: DragEvent) => {
      if (!(event.relatedTarget instanceof Node && current.contains(event.relatedTarget))) isOver.value = false;
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      isOver.value = false;
      take([...(event.dataTransfer?.files ?? [])]);
    };
    current.addEventListener('dragover', over);
    current.addEventListener('dragleave', leave);
    current.addEventListener('drop', drop);
    return () => {
      current.removeEventListener('dragover', over);
      current.removeEventListener('dragleave', leave);
      current.removeEventListener('drop', drop);
    };
  });
  return isOver;
}

/** Refuses files that are dropped elsewhere: the browser would open them in place of the page. */
export function refuseOtherDrops(): () => void {
  const refuse = (event: DragEvent) => {
    if (event.defaultPrevented || !holdsFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
  };
  addEventListener('dragover', refuse);
  addEventListener('drop', refuse);
  return () => {
    removeEventListener('dragover', refuse);
    removeEventListener('drop', refuse);
  };
}
