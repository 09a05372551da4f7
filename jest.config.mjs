/**
 * Plain CommonJS through swc: jest's ESM mode fails on CommonJS packages that require() an ESM
 * Nest, so Nest's own packages are transformed along with our sources.
 */
export const shared = {
  rootDir: '.',
  // Our sources are loaded anew for each suite, packages once a worker.
  testEnvironment: '<rootDir>/test/support/jest/packages-once.environment.mjs',
  runtime: '<rootDir>/test/support/jest/packages-once.runtime.mjs',
  moduleFileExtensions: ['ts', 'js', 'json'],
  // Suites build there and delete it, while another run of jest may look for modules.
  modulePathIgnorePatterns: ['<rootDir>/.test-build/'],
  moduleNameMapper: {
    // The bundles that these packages publish: one file in place of some eight hundred.
    '^rxjs(/operators)?$': '<rootDir>/node_modules/rxjs/dist/bundles/rxjs.umd.min.js',
    '^class-validator$':
      '<rootDir>/node_modules/class-validator/bundles/class-validator.umd.min.js',
    '^es-toolkit/compat$': '<rootDir>/node_modules/es-toolkit/dist/browser.global.js',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.(ts|js)$': [
      '@swc/jest',
      {
        module: { type: 'commonjs' },
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: {
            legacyDecorator: true,
            decoratorMetadata: true,
            useDefineForClassFields: false,
          },
          keepClassNames: true,
        },
      },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!@nestjs/(?!throttler/))'],
};

/** @type {import('jest').Config} */
const config = {
  testTimeout: 20_000,
  // Suites share the server and nothing else; a worker ends with its suites.
  maxWorkers: 2,
  // Some 8 MB of each suite stay in a worker: it is replaced before that becomes a burden.
  workerIdleMemoryLimit: '1GB',
  testSequencer: '<rootDir>/test/support/jest/longest-first.sequencer.mjs',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{src,console/src,deploy,scripts}/**/*.spec.ts'],
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
    },
    {
      ...shared,
      displayName: 'console',
      testMatch: ['<rootDir>/test/console/**/*.browser-spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
    },
  ],
};

export default config;
