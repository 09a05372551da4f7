import { readdirSync, readFileSync } from 'node:fs';
import { shared } from './jest.config.mjs';

/** The suites through HTTP alone, against the server at PLAYWRIGHT_BASE_URL. A .env file is read, too. */
try {
  process.loadEnvFile();
} catch (error) {
  if (error.code !== 'ENOENT') throw error;
}
if (!process.env.PLAYWRIGHT_BASE_URL) {
  throw new Error(
    'Set PLAYWRIGHT_BASE_URL to the address of the server, E2E_EMAIL and E2E_PASSWORD.',
  );
}

/** A suite that can run against a server says so by how it describes itself. */
const suites = readdirSync('test').filter(
  (name) =>
    name.endsWith('.e2e-spec.ts') &&
    /^describeOnServer\(/m.test(readFileSync(`test/${name}`, 'utf8')),
);

/** @type {import('jest').Config} */
const config = {
  ...shared,
  displayName: 'remote',
  maxWorkers: 2,
  verbose: true,
  globalSetup: '<rootDir>/test/support/remote-setup.mjs',
  testMatch: suites.map((name) => `<rootDir>/test/${name}`),
};

export default config;
