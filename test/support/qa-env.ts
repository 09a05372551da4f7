/** What QA suites read of the environment. */
export interface QaEnv {
  readonly PLAYWRIGHT_BASE_URL?: string;
  readonly E2E_EMAIL?: string;
  readonly E2E_PASSWORD?: string;
  readonly E2E_ALLOW_PROD_SCORE?: string;
  /** The token that the set-up of a remote run signed in for; no setting. */
  readonly E2E_TOKEN?: string;
}

/** The production host: a suite that changes data must not run there. */
const GUARDED = 'evenslouis.ca';

/** What a suite does to the server that it is given. */
export interface QaSuiteOptions {
  /** Scores leads and nothing else: may run on the guarded host where E2E_ALLOW_PROD_SCORE=1 says so. */
  readonly scoresLeadsOnly?: boolean;
}

/** Why a suite must not run, as a sentence; undefined if it may. */
export function skipReason(env: QaEnv, options: QaSuiteOptions = {}): string | undefined {
  const url = env.PLAYWRIGHT_BASE_URL ?? '';
  if (!url.toLowerCase().includes(GUARDED)) return undefined;
  if (!options.scoresLeadsOnly) {
    return `PLAYWRIGHT_BASE_URL includes ${GUARDED}, and this suite changes data`;
  }
  if (env.E2E_ALLOW_PROD_SCORE === '1') return undefined;
  return `PLAYWRIGHT_BASE_URL includes ${GUARDED}: E2E_ALLOW_PROD_SCORE=1 lets it score there on purpose`;
}
