import { type Type } from '@nestjs/common';
import { type DiscoveryService } from '@nestjs/core';
import { type InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { type StartError } from '../config/start-error.js';

/** A kind of provider class that a decorator marks, such as a delivery action or a job handler. */
export interface DecoratedKind<Options> {
  /** Key of the metadata in which the decorator stores its options. */
  readonly metadata: symbol;
  /** The method that every class of this kind must have, and its signature, for the error message. */
  readonly method: { readonly name: string; readonly signature: string };
  /** What a class does instead of having a scope of its own, for the error message. */
  readonly insteadOfScope: string;
  /** The name under which a class is registered: one class a name. */
  readonly nameOf: (options: Options) => string;
  /** What the name is called, for the error message: `key`, `type`. */
  readonly nameIs: string;
  /** The error message for two classes of one name; `which` says which classes. */
  readonly duplicate: (name: string, which: string) => string;
  /** Throws where the options are wrong. */
  readonly check: (className: string, options: Options) => void;
  readonly error: new (message: string) => StartError;
}

/** One class that was found. */
export interface DecoratedProvider<Options, Handler> {
  readonly className: string;
  readonly options: Options;
  readonly handler: Handler;
}

/**
 * Finds every provider of a kind, wherever it is provided, and checks it: its options, that it is a
 * singleton, that it has its method, and that no two have one name. Throws the kind's error, whose
 * message names the class and the fix. A Map: a name such as `constructor` is unknown in it.
 */
export function findDecorated<Options, Handler>(
  discovery: DiscoveryService,
  kind: DecoratedKind<Options>,
): Map<string, DecoratedProvider<Options, Handler>> {
  const found = new Map<string, DecoratedProvider<Options, Handler>>();
  for (const wrapper of discovery.getProviders()) {
    const provider = read<Options, Handler>(wrapper, kind);
    if (!provider) continue;
    const name = kind.nameOf(provider.options);
    const other = found.get(name);
    if (other && other.handler !== provider.handler) {
      throw new kind.error(kind.duplicate(name, whichTwo(other.className, provider, kind)));
    }
    found.set(name, other ?? provider);
  }
  return found;
}

/** The provider, if it is of the kind. */
function read<Options, Handler>(
  wrapper: InstanceWrapper,
  kind: DecoratedKind<Options>,
): DecoratedProvider<Options, Handler> | undefined {
  const type = classOf(wrapper);
  const options = type && (Reflect.getMetadata(kind.metadata, type) as Options | undefined);
  if (!type || !options) return undefined;
  const className = type.name;
  kind.check(className, options);
  const problem = scopeProblem(wrapper);
  if (problem !== undefined) {
    throw new kind.error(`${className} ${problem}: ${kind.insteadOfScope}`);
  }
  const { name, signature } = kind.method;
  const handler = wrapper.instance as Record<string, unknown>;
  if (typeof handler[name] !== 'function') {
    throw new kind.error(`${className} has no ${name} method: add ${signature}.`);
  }
  return { className, options, handler: handler as Handler };
}

/** Why a provider is no singleton; undefined if it is one. */
export function scopeProblem(wrapper: InstanceWrapper): string | undefined {
  if (!wrapper.isDependencyTreeStatic()) {
    return 'is request-scoped, or depends on a request-scoped provider';
  }
  // Nobody injects it, so Nest would never call its constructor.
  return wrapper.isTransient ? 'has the scope TRANSIENT' : undefined;
}

/** The class of a provider; for a factory and a value, the class of the instance. */
export function classOf({ metatype, instance, inject }: InstanceWrapper): Type | undefined {
  const isClass = metatype !== null && (inject ?? null) === null;
  const type: unknown = isClass ? metatype : (instance as object | null | undefined)?.constructor;
  return typeof type === 'function' ? (type as Type) : undefined;
}

function whichTwo<Options>(
  first: string,
  second: DecoratedProvider<Options, unknown>,
  { nameIs }: DecoratedKind<Options>,
): string {
  return first === second.className
    ? `${first} is provided twice`
    : `${first} and ${second.className} share one ${nameIs}`;
}
