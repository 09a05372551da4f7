import { Injectable, type Type } from '@nestjs/common';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { type DeliveryActionAnswer } from './delivery.dto.js';
import { DeliveryActionRegistry } from './delivery-action.registry.js';

/** The registered actions as a client sees them. */
@Injectable()
export class DeliveryCatalogue {
  private buttons: DeliveryActionAnswer[] | undefined;

  constructor(private readonly registry: DeliveryActionRegistry) {}

  /** Every button, in the order of the keys. */
  list(): DeliveryActionAnswer[] {
    this.buttons ??= this.registry.all().map(({ options }) => ({
      actionKey: options.key,
      label: options.label,
      confirm: options.confirm ?? null,
      style: options.style ?? 'secondary',
      inputSchema: options.input ? schemaOf(options.input) : null,
    }));
    return this.buttons;
  }
}

/** JSON Schema of an input class, from its class-validator decorators; unknown fields are refused. */
function schemaOf(type: Type<object>): object {
  return { ...targetConstructorToSchema(type), additionalProperties: false };
}
