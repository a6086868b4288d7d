/** Whether the answer to a question with `(y/n)` is yes. */
export const isYes = (answer: string): boolean => /^y(es)?$/i.test(answer.trim());
