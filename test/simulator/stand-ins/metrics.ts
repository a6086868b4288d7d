export const recordMetrics = (): void => {};
