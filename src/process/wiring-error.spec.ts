import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { StartError } from '../config/start-error.js';
import { wiringErrorOf } from './wiring-error.js';

@Injectable()
class Letterbox {}

@Injectable()
class NeedsClass {
  constructor(readonly letterbox: Letterbox) {}
}

@Injectable()
class NeedsToken {
  constructor(@Inject('LETTERBOX') readonly letterbox: unknown) {}
}

@Injectable()
class NeedsProperty {
  @Inject(Symbol('LETTERBOX')) readonly letterbox: unknown;
}

@Injectable()
class NeedsType {
  constructor(readonly letterbox: { readonly name: string }) {}
}

async function errorOf(module: object): Promise<unknown> {
  @Module(module)
  class PostModule {}
  const testing = Test.createTestingModule({ imports: [PostModule] }).setLogger(false as never);
  const error: unknown = await testing.compile().catch((thrown: unknown) => thrown);
  return wiringErrorOf(error);
}

describe('providers that do not fit together', () => {
  it.each([
    [
      'a class',
      { providers: [NeedsClass] },
      'NeedsClass needs Letterbox (argument 1), which PostModule does not have: list Letterbox in the providers of PostModule, or import the module that exports it.',
    ],
    [
      'a token',
      { providers: [NeedsToken] },
      'NeedsToken needs "LETTERBOX" (argument 1), which PostModule does not have: list "LETTERBOX" in the providers of PostModule, or import the module that exports it.',
    ],
    [
      'a property',
      { providers: [NeedsProperty] },
      'NeedsProperty needs LETTERBOX (the property letterbox), which its module does not have: list LETTERBOX in the providers of its module, or import the module that exports it.',
    ],
    [
      'a type that is not there at run time',
      { providers: [NeedsType] },
      'NeedsType has no class for argument 1 at run time: import that class without "type", name a token with @Inject, or, if the two files import each other, move what they share.',
    ],
    [
      'an import that is undefined',
      { imports: [undefined] },
      'Nest cannot create the PostModule instance. The module at index [0] of the PostModule "imports" array is undefined.',
    ],
    [
      'an export of what it does not have',
      { exports: [Letterbox] },
      'Nest cannot export a provider/module that is not a part of the currently processed module (PostModule). Please verify whether the exported Letterbox is available in this particular context.',
    ],
  ])('are one sentence with the class and the module: %s', async (_, module, sentence) => {
    const error = await errorOf(module);
    expect(error).toBeInstanceOf(StartError);
    expect(error).toHaveProperty('message', sentence);
  });

  it('leaves other errors as they are', () => {
    const error = new Error('of another kind');
    expect(wiringErrorOf(error)).toBe(error);
  });
});
