import { createContext, useContext } from 'react';
import { type Me, type Permission } from './client.js';

/** Who is signed in, for everything inside the frame. */
export const MeContext = createContext<Me | undefined>(undefined);

/** Who is signed in. Throws outside the frame. */
export function useSignedIn(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error('Nobody is signed in here.');
  return me;
}

/** Whether who is signed in may do something; the server decides again. */
export function useMay(permission: Permission): boolean {
  return useSignedIn().permissions.includes(permission);
}
