/** The paths of the icons, on a grid of 24 by 24. */
const paths = {
  send: 'M4 12 20 4l-5 16-3.5-6.5L4 12Z',
  attach: 'm8 12.5 6.2-6.2a3 3 0 0 1 4.3 4.3l-7.8 7.7a5 5 0 0 1-7-7l7.4-7.4',
  back: 'M15 5l-7 7 7 7',
  menu: 'M5 12h.01M12 12h.01M19 12h.01',
  down: 'M12 5v14m-6-6 6 6 6-6',
  everyone:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6.5 8.5c.5-3.5 3-5.5 6.5-5.500s6 2 6.5 5.500M16 4.500a3.5 3.5 0 0 1 0 6.500m2 3.500c2 .8 3.2 2.5 3.5 5',
  file: 'M7 3h7l5 5v13H7V3Zm7 0v5h5',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'm5 12.5 4.5 4.500L19 7.5',
  clock: 'M12 7v5l3 2m6-2a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  eye: 'M2.5 12s3.5-6.5 9.5-6.5 9.5 6.5 9.5 6.5-3.5 6.5-9.5 6.500S2.5 12 2.5 12Zm9.5 2.800a2.8 2.8 0 1 0 0-5.600 2.8 2.8 0 0 0 0 5.600Z',
} as const;

export type IconName = keyof typeof paths;

/** An icon beside a text, or in a button with a label: it says nothing to a screen reader. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
