import jestRuntime from 'jest-runtime';
import { isBuiltin } from 'node:module';

const Runtime = jestRuntime.default ?? jestRuntime;

/** Loads the packages of this worker; its modules stay when a test file ends. */
let packages;

/**
 * Loads our own sources anew for each test file, as jest does, and packages once a worker: most modules of a suite
 * belong to packages, and a worker runs some eighty suites. A package that jest.mock() replaces is replaced in our
 * own sources only.
 */
export default class PackagesOnceRuntime extends Runtime {
  constructor(config, environment, resolver, transformer, sources, ...rest) {
    // Before super(): the later one of two says what process.getBuiltinModule() loads.
    packages ??= new Runtime(config, environment, resolver, transformer, new Map(), ...rest);
    super(config, environment, resolver, transformer, sources, ...rest);
  }

  requireModuleOrMock(from, name) {
    const ofPackage = /^[^./]/.test(name) && !isBuiltin(name) && name !== '@jest/globals';
    if (!ofPackage || this.mockState.shouldMockCjs(from, name).shouldMock) {
      return super.requireModuleOrMock(from, name);
    }
    return packages.requireModuleOrMock(from, name);
  }
}
