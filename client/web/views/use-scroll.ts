import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Pixels from the end within which the reader counts as being there. */
const near = 48;

interface Scroll {
  /** The element that scrolls, and the one within it. */
  readonly box: RefObject<HTMLDivElement | null>;
  readonly inner: RefObject<HTMLDivElement | null>;
  readonly isAtEnd: Signal<boolean>;
  toEnd(): void;
  /** Shows an element at the top, unless it is on the screen when the log is at its end. */
  showFrom(element: Element): void;
  /** Call it after something was added at the beginning: what the reader sees stays where it is. */
  keepPlace(): void;
}

/** Keeps a log at its end while the reader is there, and where it is otherwise. */
export function useScroll(): Scroll {
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const isAtEnd = useSignal(true);
  /** The distance of the view from the end of the log, in pixels. */
  const fromEnd = useRef(0);
  const top = useRef(0);

  const toEnd = () => {
    if (!box.current) return;
    box.current.scrollTop = box.current.scrollHeight;
    isAtEnd.value = true;
  };
  const showFrom = (element: Element) => {
    toEnd();
    if (!box.current) return;
    const above = box.current.getBoundingClientRect().top - element.getBoundingClientRect().top;
    if (above <= 0) return;
    // Not `scrollIntoView`, which also scrolls the page under a phone's keyboard.
    box.current.scrollTop -= above;
    isAtEnd.value = false;
  };
  const keepPlace = () => {
    if (!box.current) return;
    if (isAtEnd.peek()) toEnd();
    else box.current.scrollTop = box.current.scrollHeight - fromEnd.current;
  };
  useEffect(() => {
    const { current } = box;
    if (!current || !inner.current) return;
    const scrolled = () => {
      fromEnd.current = current.scrollHeight - current.scrollTop;
      const isNear = fromEnd.current - current.clientHeight < near;
      // The end may have moved away since: only the user scrolls back.
      if (isNear || current.scrollTop < top.current) isAtEnd.value = isNear;
      top.current = current.scrollTop;
    };
    // The log grows, the window changes, or the keyboard of a phone opens.
    const observer = new ResizeObserver(() => {
      if (isAtEnd.peek()) current.scrollTop = current.scrollHeight;
      else fromEnd.current = current.scrollHeight - current.scrollTop;
    });
    observer.observe(current);
    observer.observe(inner.current);
    current.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      observer.disconnect();
      current.removeEventListener('scroll', scrolled);
    };
  }, [isAtEnd]);
  return { box, inner, isAtEnd, toEnd, showFrom, keepPlace };
}
