import { type Type } from '@nestjs/common';
import {
  type ExposeMetadata,
  type TransformMetadata,
  TransformationType,
  type TypeMetadata,
} from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage } from 'class-validator';

type Rules = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>;

/** Most items of an array field without `@ArrayMaxSize`. */
export const MAX_ARRAY_ITEMS = 1000;

/** How one field of a DTO gets its value. */
export interface FieldPlan {
  /** Name of the property. */
  readonly name: string;
  /**
   * `plain`: as it was sent. `nested`: as instances of another DTO. `converted`: by class-transformer,
   * which knows a type that is no DTO (`@Type(() => Number)`).
   */
  readonly kind: 'plain' | 'nested' | 'converted';
  /** The class of a nested DTO. */
  readonly type: Type<object> | undefined;
  /** Whether the field is a list. */
  readonly isArray: boolean;
  readonly maxItems: number;
  /** The `@Transform`s of the field, in the order in which they apply. */
  readonly transforms: readonly TransformMetadata[];
  /** Whether class-transformer would assign a simple value as it is. */
  readonly isAssigned: boolean;
}

/** The fields of a DTO by their keys in JSON. A property without a validation rule is not a field. */
export type DtoPlan = ReadonlyMap<string, FieldPlan>;

const plans = new WeakMap<Type<object>, DtoPlan>();
const CONVERTED = new Set<unknown>([
  String,
  Number,
  Boolean,
  Date,
  Buffer,
  Map,
  Set,
  Object,
  Array,
]);

/** The plan of a class, read once from the decorators of class-validator and class-transformer. */
export function planOf(type: Type<object>): DtoPlan {
  let plan = plans.get(type);
  if (!plan) {
    plan = readPlan(type);
    plans.set(type, plan);
  }
  return plan;
}

function readPlan(type: Type<object>): DtoPlan {
  const plan = new Map<string, FieldPlan>();
  const storage = getMetadataStorage();
  const exposes =
    defaultMetadataStorage.getExposedMetadatas(type).length > 0 ||
    defaultMetadataStorage.getExcludedMetadatas(type).length > 0;
  // The rules that the validator applies: no groups, no schema.
  const rules = storage.getTargetValidationMetadatas(type, '', false, false);
  for (const [name, own] of Object.entries(storage.groupByPropertyName(rules))) {
    const field = readField(type, name, own, exposes);
    plan.set(name, field);
    const exposed = defaultMetadataStorage.findExposeMetadata(type, name) as
      ExposeMetadata | undefined;
    if (exposed?.options.name !== undefined) plan.set(exposed.options.name, field);
  }
  return plan;
}

function readField(type: Type<object>, name: string, rules: Rules, exposes: boolean): FieldPlan {
  const metadata = defaultMetadataStorage.findTypeMetadata(type, name) as TypeMetadata | undefined;
  const nested = nestedTypeOf(metadata);
  const bound = rules.find((rule) => rule.name === 'arrayMaxSize')?.constraints[0] as
    number | undefined;
  const transforms = defaultMetadataStorage.findTransformMetadatas(
    type,
    name,
    TransformationType.PLAIN_TO_CLASS,
  );
  return {
    name,
    kind: nested ? 'nested' : metadata ? 'converted' : 'plain',
    type: nested,
    isArray: metadata?.reflectedType === Array || rules.some((rule) => rule.name === 'isArray'),
    maxItems: bound ?? MAX_ARRAY_ITEMS,
    transforms,
    isAssigned: !metadata && transforms.length === 0 && !exposes,
  };
}

/** The class of a nested DTO; undefined if there is none, or if it depends on the value. */
function nestedTypeOf(metadata: TypeMetadata | undefined): Type<object> | undefined {
  if (!metadata || metadata.options.discriminator) return undefined;
  const type = metadata.typeFunction() as Type<object>;
  return CONVERTED.has(type) ? undefined : type;
}
