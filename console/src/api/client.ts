import createClient from 'openapi-fetch';
import { BASE } from './base.js';
import { askForOwnWrites, noteOwnWrite } from './own-writes.js';
import { isOfEarlierSession } from './session.js';
import { type components, type paths } from './schema.js';

export type Schemas = components['schemas'];
export type NextAction = Omit<Schemas['NextActionAnswer'], 'payload' | 'explanation'>;
export type NextActionDetail = Schemas['NextActionAnswer'];
export type ActionButton = Schemas['NextActionButton'];
export type Me = Schemas['MeAnswer'];
export type Priority = Schemas['Priority'];
export type Permission = Schemas['Permission'];

/** Longest wait for an answer, in ms. */
const ANSWER_MS = 30_000;

/** The API of this origin; the session cookie says who asks. */
export const api = createClient<paths>({ baseUrl: `${BASE}/` });

const signedOutListeners = new Set<() => void>();

/** Calls `listener` whenever an answer says that the session has ended; returns how to stop that. */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

/** An answer that did not come through this client said that the session has ended. */
export function sayCallerRefused(): void {
  for (const listener of signedOutListeners) listener();
}

/** When each request was sent, by `performance.now()`. */
const sentAt = new WeakMap<Request, number>();

api.use({
  onRequest: ({ request }) => {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(ANSWER_MS)]);
    const sent = new Request(request, { signal });
    askForOwnWrites(sent);
    sentAt.set(sent, performance.now());
    return sent;
  },
  onResponse: ({ request, response, schemaPath }) => {
    noteOwnWrite(response);
    const isSignIn = schemaPath === '/api/auth/session';
    if (response.status !== 401 || isSignIn) return;
    if (!isOfEarlierSession(sentAt.get(request) ?? Infinity)) sayCallerRefused();
  },
});

/** An answer that is no success, as its problem document says it. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly requestId: string | undefined;
  /** The record of a press that failed. */
  readonly executionId: string | undefined;
  /** What is wrong with single fields of the request. */
  readonly fields: readonly Schemas['ProblemField'][];

  constructor(
    readonly status: number,
    problem: Partial<Schemas['Problem']>,
    /** Seconds until the next attempt makes sense. */
    readonly retryAfter: string | null = null,
  ) {
    super(problem.detail ?? `The server answered ${status}.`);
    this.code = problem.code ?? 'UNKNOWN';
    this.requestId = problem.requestId;
    this.executionId = problem.executionId;
    this.fields = problem.errors ?? [];
  }
}

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** The JSON of a success; throws an ApiProblem for everything else. */
export async function bodyOf<T>(answer: Promise<Answer<T>>): Promise<Exclude<T, string>> {
  const { data, error, response } = await answer;
  if (response.ok) return data as Exclude<T, string>;
  const problem = typeof error === 'object' && error !== null ? error : {};
  throw new ApiProblem(response.status, problem, response.headers.get('Retry-After'));
}
