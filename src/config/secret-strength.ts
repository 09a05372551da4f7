/** Shortest and longest password, in characters. Source of the first: OWASP ASVS 4.0.3, 2.1.1. */
export const PASSWORD_MIN = 12;
export const PASSWORD_MAX = 1024;

/**
 * Fewest guesses that a password must withstand, as a power of ten: "safely unguessable" against an
 * online attack, and above all common passwords. Source: D. L. Wheeler, zxcvbn: Low-Budget Password
 * Strength Estimation, USENIX Security 2016.
 */
const PASSWORD_GUESSES_LOG10 = 8;
/**
 * The same for a secret that signs tokens and can be attacked offline: about 80 bits. The estimate is
 * conservative: it rates 128 random bits in hexadecimal at 10^29 guesses or more.
 */
const SECRET_GUESSES_LOG10 = 24;
/** Words in the example secrets of tutorials; a random secret practically never contains one. */
const OBVIOUS =
  /secret|passw|change.?(me|this|it)|example|default|replace|placeholder|your[-_ ]|production|development/i;

/**
 * Why a password is refused, as the end of a sentence; undefined if it is accepted. `about` are words about
 * its owner, such as the e-mail address: attackers try those first.
 */
export async function passwordProblem(
  password: string,
  about: readonly string[] = [],
): Promise<string | undefined> {
  if (password.length < PASSWORD_MIN) return `must be at least ${PASSWORD_MIN} characters long`;
  if (password.length > PASSWORD_MAX) return `must be at most ${PASSWORD_MAX} characters long`;
  const words = about.flatMap((text) => [
    text,
    ...text.split('@'),
    ...text.split(/[^\p{L}\p{N}]+/u),
  ]);
  const guesses = await guessesLog10(password, [...words, 'next', 'best', 'actions']);
  return guesses < PASSWORD_GUESSES_LOG10
    ? 'is too easy to guess: it is a common password, or made of common words or a pattern'
    : undefined;
}

/** Why a secret must not sign tokens, as the end of a sentence; undefined if it may. */
export async function secretProblem(secret: string): Promise<string | undefined> {
  if (OBVIOUS.test(secret)) return 'holds a word of the kind that stands in examples';
  return (await guessesLog10(secret, [])) < SECRET_GUESSES_LOG10
    ? 'is too easy to guess: it repeats itself or follows a pattern'
    : undefined;
}

/** Loading the estimator and its word lists takes 100 ms and memory, so it happens only on use. */
async function guessesLog10(text: string, about: readonly string[]): Promise<number> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  // Its run time grows faster than the length of the text.
  return estimator.check(text.slice(0, 256), [...about]).guessesLog10;
}
