import { type DiscoveryService } from '@nestjs/core';
import { pino } from 'pino';
import { JobHandler } from './job-handler.js';
import { JobHandlerError, JobHandlerRegistry } from './job-handler.registry.js';
import { JOB_TYPES, ScopePayload } from './job-types.js';

class Worked {
  handle(): Promise<void> {
    return Promise.resolve();
  }
}

function registryOf(...types: (new () => object)[]): JobHandlerRegistry {
  const providers = types.map((metatype) => ({
    metatype,
    instance: new metatype(),
    isDependencyTreeStatic: () => true,
  }));
  const discovery = { getProviders: () => providers } as unknown as DiscoveryService;
  return new JobHandlerRegistry(discovery, pino({ level: 'silent' }));
}

function handlerOf(type: string, definition?: object): new () => object {
  class Handler extends Worked {}
  (JobHandler as (type: string, definition?: object) => ClassDecorator)(type, definition)(Handler);
  return Handler;
}

const everyType = (): (new () => object)[] => Object.keys(JOB_TYPES).map((type) => handlerOf(type));

describe('the registry of job handlers', () => {
  it('fails on a type without a handler, naming it and the fix', () => {
    const registry = registryOf();
    expect(() => registry.onModuleInit()).toThrow(JobHandlerError);
    expect(() => registry.onModuleInit()).toThrow(
      /Nothing works jobs of the type "[a-z_.]+": provide a class with @JobHandler/,
    );
  });

  it('knows every type with a handler, with its time limit', () => {
    const definition = { payload: ScopePayload, timeoutMs: 5 };
    const registry = registryOf(...everyType(), handlerOf('own.type', definition));
    registry.onModuleInit();
    expect(registry.types()).toEqual([...Object.keys(JOB_TYPES), 'own.type'].sort());
    expect(registry.get('own.type')).toMatchObject({ payload: ScopePayload, timeoutMs: 5 });
    expect(registry.get('retry_failed_deliveries')?.timeoutMs).toBe(300_000);
    expect(registry.get('score.compute')?.timeoutMs).toBe(60_000);
  });

  it('does not find a type named like a property of every object', () => {
    const registry = registryOf(...everyType());
    registry.onModuleInit();
    expect(registry.definitionOf('constructor')).toBeUndefined();
    expect(() => registryOf(handlerOf('constructor')).onModuleInit()).toThrow('unknown type');
  });

  it('fails on a payload class that would let anything pass', () => {
    class Anything {
      word!: string;
    }
    const registry = registryOf(handlerOf('own.type', { payload: Anything }));
    expect(() => registry.onModuleInit()).toThrow(/payload class Anything .* has no rules/);
  });
});
