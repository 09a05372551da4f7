import { TestEnvironment } from 'jest-environment-node';

/** The one environment of this worker. */
let shared;

/**
 * The environment of Node.js, made once a worker: all test files of a worker run in one realm, so that they can
 * share the packages that packages-once.runtime.mjs loads there. What a file changes in process.env ends with it,
 * and so do the decorators of its classes.
 */
export default class PackagesOnceEnvironment extends TestEnvironment {
  constructor(config, context) {
    if (shared) {
      shared.restore();
      return shared;
    }
    super(config, context);
    const { env, exit } = this.global.process;
    this.atStart = { env: { ...env }, exit };
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the next constructor call returns it
    shared = this;
  }

  /** Puts back what the file before may have changed. */
  restore() {
    const { process } = this.global;
    for (const name of Object.keys(process.env)) {
      if (!(name in this.atStart.env)) Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, this.atStart.env);
    // jest wraps it once a file.
    process.exit = this.atStart.exit;
    // TypeORM and class-validator keep what decorators say, and search all of it. The storage of the latter is
    // emptied, since class-validator-jsonschema keeps the object.
    delete this.global.typeormMetadataArgsStorage;
    const { classValidatorMetadataStorage: storage = {} } = this.global;
    for (const kept of Object.values(storage)) kept.clear();
  }

  /** The realm and its packages outlive a file. */
  async teardown() {
    this.fakeTimers.dispose();
    this.fakeTimersModern.dispose();
  }
}
