export const deviations: readonly { scene: string; test?: string; why: string }[] = [];
