import { Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { type Permission } from '../../kernel/permissions.js';
import { type DeliveryActionAnswer } from './delivery.dto.js';
import { DeliveryActionRegistry } from './delivery-action.registry.js';
import { inputSchemaOf } from './input-schema.js';

/** The registered actions as a client sees them. */
@Injectable()
export class DeliveryCatalogue {
  private buttons:
    { readonly permission: Permission; readonly button: DeliveryActionAnswer }[] | undefined;

  constructor(private readonly registry: DeliveryActionRegistry) {}

  /** The buttons that an actor may press, in the order of the keys. */
  list({ permissions }: Pick<Actor, 'permissions'>): DeliveryActionAnswer[] {
    this.buttons ??= this.registry.all().map(({ options, permission, undo }) => ({
      permission,
      button: {
        actionKey: options.key,
        label: options.label,
        confirm: options.confirm ?? null,
        style: options.style ?? 'secondary',
        undo,
        inputSchema: options.input ? inputSchemaOf(options.input) : null,
      },
    }));
    return this.buttons
      .filter(({ permission }) => permissions.has(permission))
      .map(({ button }) => button);
  }
}
