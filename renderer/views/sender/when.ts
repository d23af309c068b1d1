// The moment at which what is drawn was found out: ages are told as of then, not as of now.
import { createContext } from 'react';

/** ms since 1970; undefined where nobody knows. */
export const When = createContext<number | undefined>(undefined);
