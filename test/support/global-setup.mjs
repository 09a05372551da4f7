import { register } from 'node:module';

/*
 * jest's moduleNameMapper does not reach the global set-up, so its CommonJS transform can't find
 * './x.js' in './x.ts'. Through the TypeScript hooks it runs as the ES modules that it is.
 */
register('@swc-node/register/esm', import.meta.url);

export default async function globalSetup() {
  await (await import('./global-setup.ts')).default();
}
