import { register } from 'node:module';

register('@swc-node/register/esm', import.meta.url);

/** Signs in once for all suites: a wrong setting is one sentence, not a failure of every test. */
export default async function remoteSetup() {
  const { skipReason } = await import('./qa-env.ts');
  const { signIn } = await import('./qa-sign-in.ts');
  // On the guarded host nothing is sent unless a suite may run there.
  if (skipReason(process.env, { scoresLeadsOnly: true }) !== undefined) return;
  try {
    process.env.E2E_TOKEN = await signIn(process.env);
  } catch (error) {
    process.stderr.write(`No suite ran. ${error.message}\n`);
    process.exit(1);
  }
}
