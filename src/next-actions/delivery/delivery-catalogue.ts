import { Injectable } from '@nestjs/common';
import { type DeliveryActionAnswer } from './delivery.dto.js';
import { DeliveryActionRegistry } from './delivery-action.registry.js';
import { inputSchemaOf } from './input-schema.js';

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
      inputSchema: options.input ? inputSchemaOf(options.input) : null,
    }));
    return this.buttons;
  }
}
