import { ValidateBy } from 'class-validator';
import { type OpenApiPart } from '../../http/openapi/openapi-types.js';
import { hasVisibleText } from '../../kernel/visible-text.js';

/** A link that a client may follow: an http(s) URL, or a path of the client's own that begins with `/`. */
export const FOLLOWABLE = /^(https?:\/\/|\/(?![/\\]))\S*$/i;

const SCHEMA = 'NextActionExplanation';
/** Schema of an `explanation`, which may be null. */
export const EXPLANATION = {
  anyOf: [{ $ref: `#/components/schemas/${SCHEMA}` }, { type: 'null' }],
};

const text = (description: string, example: string): object => ({
  type: 'string',
  description,
  example,
});

/**
 * Adds the shape of an explanation: what the rules write, and clients too where they use these names. A
 * client may add members of its own.
 */
export const explanationOpenApi: OpenApiPart = {
  addTo(document) {
    ((document.components ??= {}).schemas ??= {})[SCHEMA] = {
      type: 'object',
      description: 'Why it is recommended, and how its rank was computed. Clients may add members.',
      additionalProperties: true,
      properties: {
        ruleKey: text('The rule that recommends it.', 'follow_up_reminders'),
        summary: text('The reason, in a sentence.', '4 reminders are overdue.'),
        evidence: {
          type: 'array',
          description: 'The facts behind it.',
          items: {
            type: 'object',
            additionalProperties: true,
            required: ['key', 'label', 'value'],
            properties: {
              key: text('Stable name of the fact.', 'count'),
              label: text('Its name for people.', 'Items'),
              value: {
                anyOf: [
                  { type: 'string' },
                  { type: 'number' },
                  { type: 'array', items: { type: 'string' } },
                ],
                example: 4,
              },
            },
          },
        },
        recommendedSteps: { type: 'array', items: { type: 'string' } },
        links: {
          type: 'array',
          description: 'Where to read more.',
          items: {
            type: 'object',
            additionalProperties: true,
            required: ['label', 'href'],
            properties: {
              label: text('Text of the link.', 'The items'),
              href: text(
                'An http(s) URL, or a path that begins with a slash.',
                '/api/work-items?condition=reminder_overdue',
              ),
            },
          },
        },
        factors: {
          type: 'object',
          description: 'The parts of the rank in points, and the score.',
          additionalProperties: { type: 'number' },
          example: { base: 75, countBoost: 4, score: 79 },
        },
      },
    };
  },
};

/** The members that have a shape, each with what it must be; others are free. */
const MEMBERS: Readonly<Record<string, [valid: (value: unknown) => boolean, meaning: string]>> = {
  ruleKey: [isText, 'a string'],
  summary: [isVisible, 'a string with a visible character'],
  evidence: [
    listOf((one) => isText(one.key) && isVisible(one.label) && isFact(one.value)),
    'a list of { key, label, value }, with a visible label, and a string, a number or a list of strings as value',
  ],
  recommendedSteps: [
    (value) => Array.isArray(value) && value.every(isVisible),
    'a list of strings with a visible character',
  ],
  links: [
    listOf(({ label, href }) => isVisible(label) && isText(href) && FOLLOWABLE.test(href)),
    'a list of { label, href }, with a visible label, and an http(s) URL or a path that begins with / as href',
  ],
  factors: [
    (value) => isObject(value) && Object.values(value).every((one) => typeof one === 'number'),
    'an object of numbers',
  ],
};

/** An explanation whose members of a known name have the shape of that name. */
export function HasExplanationShape(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'hasExplanationShape',
      validator: { validate: (value) => faultOf(value) === undefined },
    },
    { message: ({ value, property }) => `${property}.${faultOf(value) ?? ''}` },
  );
}

function faultOf(explanation: unknown): string | undefined {
  if (!isObject(explanation)) return undefined;
  for (const [name, [valid, meaning]] of Object.entries(MEMBERS)) {
    const value = explanation[name];
    if (value !== undefined && !valid(value)) return `${name} must be ${meaning}`;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isVisible(value: unknown): value is string {
  return isText(value) && hasVisibleText(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isFact(value: unknown): boolean {
  return isText(value) || typeof value === 'number' || isTexts(value);
}

function listOf(valid: (one: Record<string, unknown>) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every((one) => isObject(one) && valid(one));
}
