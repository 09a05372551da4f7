/** The version of the application, as its package says. */
export const VERSION = '0.2.0';
