/**
 * Why a process cannot start, in one sentence that names the setting or the place, what is wrong with
 * it, and what to do. It is shown without a stack. The message holds no secret.
 */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A setting that cannot be used; the message names the key and never the value. */
export class ConfigError extends StartError {}
