/**
 * Limits (ms) that only end a test that hangs. A busy machine takes long to start a room, to synthesize a stack, and to do
 * what a test waits for.
 */
export const patience = {
  hookTimeout: 120_000,
  testTimeout: 120_000,
  expect: { poll: { timeout: 40_000 } },
};
