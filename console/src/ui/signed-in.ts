import { createContext } from 'react';

/** False while the sign-in stands in place of the page: dialogs are hidden, and keep what was typed. */
export const SignedInContext = createContext(true);
