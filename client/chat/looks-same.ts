const unseen = /\u200c|\u200d|\ufe0e|\ufe0f/g;

const look = (name: string) =>
  name
    .normalize('NFC')
    .replace(/\p{White_Space}/gu, ' ')
    .replace(unseen, '');

/** Whether two file names look the same: with other blanks, accents in another form, or without joiners. */
export const looksSame = (one: string, other: string): boolean => look(one) === look(other);
