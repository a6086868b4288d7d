import { expect, test } from 'vitest';
import { span } from './line.ts';
import { errorColour, Painter, privateColour, userColours } from './painter.ts';

/** A colour of the 6 x 6 x 6 cube of the 256. */
function rgb(colour: number): number[] {
  const steps = [0, 95, 135, 175, 215, 255];
  const index = colour - 16;
  return [Math.floor(index / 36), Math.floor(index / 6) % 6, index % 6].map((step) => steps[step] ?? 0);
}

/** Relative luminance, as WCAG 2 defines it. */
function luminance(colour: number): number {
  const [red = 0, green = 0, blue = 0] = rgb(colour)
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test.each([...userColours, errorColour, privateColour])('colour %i stands out from black and from white', (colour) => {
  const light = luminance(colour);
  expect((light + 0.05) / 0.05).toBeGreaterThan(3.9);
  expect(1.05 / (light + 0.05)).toBeGreaterThan(3.9);
});

test('names that differ a little have colours that differ, mostly', () => {
  const painter = new Painter(8);
  const painted = Array.from({ length: 120 }, (_, index) => painter.paint('user', `user-${index}`).split('m')[0]);
  expect(new Set(painted).size).toBe(userColours.length);
});

test('a time stamp has the date only on another day', () => {
  const painter = new Painter(1);
  const now = new Date();
  const time = /^\d\d:\d\d hi$/;
  expect(painter.stampedRows({ at: now, text: ['hi'] }, 80)[0]).toMatch(time);
  const lastYear = new Date(now.getTime() - 366 * 86_400_000);
  expect(painter.stampedRows({ at: lastYear, text: ['hi'] }, 80)[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d hi$/);
  expect(painter.line({ at: now, text: [span('error', 'hi')] })).toBe('hi');
});
