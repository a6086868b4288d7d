/** Node puts this in place of bytes that are not in UTF-8, in arguments and in the environment. */
const replacement = '\ufffd';

/** Whether an argument, or a variable of the environment, is not in UTF-8. */
export const isDamaged = (text: string): boolean => text.includes(replacement);
