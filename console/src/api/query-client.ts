import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './client.js';

export const SECOND_MS = 1000;

/** The cache of what the API answered. A refusal is final; only a missing answer is asked for again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) =>
        failures < 3 && !(error instanceof ApiProblem && error.status < 500),
      staleTime: 15 * SECOND_MS,
      refetchOnWindowFocus: false,
    },
    // What a form sent and got, such as a password or a token, goes with it.
    mutations: { gcTime: 0 },
  },
});
