/** Runs in the process of global-setup.mjs, whose TypeScript hooks are still there. */
export default async function globalTeardown() {
  await (await import('./global-teardown.ts')).default();
}
