import { Injectable } from '@nestjs/common';
import { type OpenAPIObject } from '@nestjs/swagger';
import { type OpenApiPart } from '../../http/openapi/openapi-types.js';
import { addProblems } from '../../http/openapi/problem-responses.js';
import { type ExampleSchema, exampleOf } from '../../http/openapi/schema-example.js';
import { inputOf } from './action-input.js';
import { DeliveryActionRegistry, type RegisteredAction } from './delivery-action.registry.js';
import { ExecuteBody } from './delivery.dto.js';
import { inputSchemaOf } from './input-schema.js';

/** Where an NBA's action is pressed, in the document. */
const EXECUTE_PATH = '/api/next-actions/{id}/execute';

/**
 * Describes the registered actions, custom ones too, in the OpenAPI document: the body of a press is a union
 * by `actionKey`, each with its own `input`, and the codes with which an action refuses a press are named.
 */
@Injectable()
export class DeliveryOpenApi implements OpenApiPart {
  constructor(private readonly registry: DeliveryActionRegistry) {}

  addTo(document: OpenAPIObject): void {
    const schemas = ((document.components ??= {}).schemas ??= {});
    const presses = this.registry.all().map((action) => ({
      key: action.options.key,
      name: pressName(action.options.key),
      schema: pressSchema(action),
    }));
    for (const { name, schema } of presses) schemas[name] = schema;
    schemas[ExecuteBody.name] = {
      description:
        'A press of a button: the key of a registered action, and the input that it takes.',
      oneOf: presses.map(({ name }) => ({ $ref: refOf(name) })),
      discriminator: {
        propertyName: 'actionKey',
        mapping: Object.fromEntries(presses.map(({ key, name }) => [key, refOf(name)])),
      },
    };

    const execute = document.paths[EXECUTE_PATH]?.post;
    if (!execute) return;
    const { requestBody } = execute;
    const json =
      requestBody && 'content' in requestBody ? requestBody.content['application/json'] : undefined;
    if (json) {
      json.examples = Object.fromEntries(
        inOrderOfUse(presses).map(({ key, schema }) => [
          key,
          { value: exampleOf(schema as ExampleSchema, document) },
        ]),
      );
    }
    for (const { options } of this.registry.all()) {
      const { refusals = {} } = options;
      addProblems(execute, refusals);
      addErrorCodes(schemas, Object.keys(refusals));
    }
  }
}

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Exclude<Schemas[string], { $ref: string }>;

function pressSchema(action: RegisteredAction): Schema {
  const { key, label, input } = action.options;
  const schema = input ? inputSchemaOf(input) : undefined;
  return {
    type: 'object',
    title: label,
    properties: {
      actionKey: { type: 'string', enum: [key] },
      ...(schema ? { input: schema as Schema } : {}),
    },
    required: needsInput(action) ? ['actionKey', 'input'] : ['actionKey'],
    additionalProperties: false,
  };
}

/** Whether a press without an input is a 400. */
function needsInput(action: RegisteredAction): boolean {
  try {
    inputOf(action, undefined);
    return false;
  } catch {
    return true;
  }
}

/** `mark_done` comes first: it is what the API page prefills, and works on every NBA that is open. */
function inOrderOfUse<T extends { readonly key: string }>(presses: readonly T[]): T[] {
  return [...presses].sort((a, b) => Number(b.key === 'mark_done') - Number(a.key === 'mark_done'));
}

function addErrorCodes(schemas: Schemas, codes: readonly string[]): void {
  const known = schemas.ErrorCode as { enum?: string[] } | undefined;
  for (const code of codes) {
    if (known?.enum?.includes(code) === false) known.enum = [...known.enum, code];
  }
}

function pressName(key: string): string {
  const words = key.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Press`;
}

function refOf(name: string): string {
  return `#/components/schemas/${name}`;
}
