/** What to do about a group of the desired key that exists. The words of the input `if-exists`. */
export const IF_EXISTS = ['fail', 'keep', 'update'] as const;

export type IfExists = (typeof IF_EXISTS)[number];
