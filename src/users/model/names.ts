/** Longest name of a user or a service token, in characters. */
export const NAME_MAX = 100;
