import { RuntimeException } from '@nestjs/core/errors/exceptions/runtime.exception.js';
import { UnknownDependenciesException } from '@nestjs/core/errors/exceptions/unknown-dependencies.exception.js';
import { StartError } from '../config/start-error.js';

/**
 * A StartError for modules and providers that do not fit together: one sentence with the class and the
 * module to look at. Nest's own message is a page. Any other error is returned unchanged.
 */
export function wiringErrorOf(error: unknown): unknown {
  if (error instanceof UnknownDependenciesException) {
    return new StartError(missingDependency(error), { cause: error });
  }
  if (error instanceof RuntimeException) {
    return new StartError(firstParagraph(error.message), { cause: error });
  }
  return error;
}

function missingDependency({ type, context, message }: UnknownDependenciesException): string {
  const { index, key, name, dependencies } = context;
  const where = index === undefined ? `the property ${String(key)}` : `argument ${index + 1}`;
  const module = /available in the (\w+Module)/.exec(message)?.[1] ?? 'its module';
  const known = nameOf(index === undefined ? name : (dependencies?.[index] ?? name));
  if (known === undefined) {
    return `${String(type)} has no class for ${where} at run time: import that class without "type", name a token with @Inject, or, if the two files import each other, move what they share.`;
  }
  return `${String(type)} needs ${known} (${where}), which ${module} does not have: list ${known} in the providers of ${module}, or import the module that exports it.`;
}

/** Undefined where only a type was imported, or where two files import each other. */
function nameOf(token: unknown): string | undefined {
  if (typeof token === 'function') {
    return token === Object || token === Function ? undefined : token.name;
  }
  if (typeof token === 'symbol') return token.description;
  return typeof token === 'string' ? `"${token}"` : undefined;
}

function firstParagraph(message: string): string {
  const [first = message] = message.split('\n\n', 1);
  return first.replace(/\s*\n\s*/g, ' ').trim();
}
