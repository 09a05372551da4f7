import { Injectable } from '@nestjs/common';
import { type Actor } from '../../kernel/actor.js';
import { type NextActionButton } from '../model/next-action-button.dto.js';
import { type DeliveryActionAnswer } from './delivery.dto.js';
import { DeliveryActionRegistry, type RegisteredAction } from './delivery-action.registry.js';
import { inputSchemaOf } from './input-schema.js';

/** An action and its button. */
export interface CatalogueEntry {
  readonly action: RegisteredAction;
  readonly button: NextActionButton;
}

/** The registered actions as a client sees them. */
@Injectable()
export class DeliveryCatalogue {
  private known: readonly CatalogueEntry[] | undefined;

  constructor(private readonly registry: DeliveryActionRegistry) {}

  /** The actions that an actor may press, in the order of the keys. */
  list({ permissions }: Pick<Actor, 'permissions'>): DeliveryActionAnswer[] {
    return this.entries()
      .filter(({ action }) => permissions.has(action.permission))
      .map(({ action, button }) => Object.assign({}, button, { worksOn: [...action.worksOn] }));
  }

  /** Every action with its button, in the order of the keys; always the same objects. */
  entries(): readonly CatalogueEntry[] {
    this.known ??= this.registry.all().map((action) => ({ action, button: buttonOf(action) }));
    return this.known;
  }
}

function buttonOf({ options, undo }: RegisteredAction): NextActionButton {
  return {
    actionKey: options.key,
    label: options.label,
    confirm: options.confirm ?? null,
    style: options.style ?? 'secondary',
    undo,
    inputSchema: options.input ? inputSchemaOf(options.input) : null,
  };
}
