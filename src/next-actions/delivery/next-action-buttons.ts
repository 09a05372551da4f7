import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { type Actor } from '../../kernel/actor.js';
import { LOGGER } from '../../logging/logger.js';
import { type ListedNextAction } from '../model/next-action.js';
import { type NextActionButton } from '../model/next-action-button.dto.js';
import { type Playbook, playbookOf } from '../rules/playbooks.js';
import { isAbout } from './applies-to.js';
import { buttonOrder } from './button-order.js';
import { type RegisteredAction } from './delivery-action.registry.js';
import { type CatalogueEntry, DeliveryCatalogue } from './delivery-catalogue.js';

/** Which buttons each NBA has: computed from the registry, without a query; the buttons are shared. */
@Injectable()
export class NextActionButtons {
  /** All buttons in the order of each rule's playbook; under null that of none. */
  private readonly ordered = new Map<Playbook | null, readonly CatalogueEntry[]>();

  constructor(
    private readonly catalogue: DeliveryCatalogue,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** NBAs, each with its buttons. */
  addTo<N extends ListedNextAction>(
    nextActions: readonly N[],
    actor: Pick<Actor, 'permissions'>,
    now = new Date(),
  ): (N & { actions: NextActionButton[] })[] {
    return nextActions.map((nextAction) => ({
      ...nextAction,
      actions: this.of(nextAction, actor, now),
    }));
  }

  /** The buttons that apply to an NBA now and that the actor may press, in the order to show them. */
  of(
    nextAction: ListedNextAction,
    { permissions }: Pick<Actor, 'permissions'>,
    now = new Date(),
  ): NextActionButton[] {
    return this.inOrderOf(nextAction.createdByRule)
      .filter(({ action }) => permissions.has(action.permission))
      .filter(({ action }) => this.applies(action, nextAction, now))
      .map(({ button }) => button);
  }

  private inOrderOf(ruleKey: string | null): readonly CatalogueEntry[] {
    const playbook = playbookOf(ruleKey) ?? null;
    const known = this.ordered.get(playbook);
    if (known) return known;
    const entries = this.catalogue.entries();
    const buttons = entries.map(({ button }) => button);
    const order = buttonOrder(buttons, playbook?.suggestedActions);
    const sorted = [...entries].sort((a, b) => order.indexOf(a.button) - order.indexOf(b.button));
    this.ordered.set(playbook, sorted);
    return sorted;
  }

  private applies(action: RegisteredAction, nextAction: ListedNextAction, now: Date): boolean {
    const { appliesTo, closesAs, key } = action.options;
    const { status } = nextAction;
    // A repeat of what closed it is accepted, and not offered.
    if (!action.worksOn.includes(status) || status === closesAs) return false;
    if (appliesTo === undefined) return true;
    if (typeof appliesTo !== 'function') return isAbout(appliesTo, nextAction);
    try {
      return appliesTo(nextAction, now);
    } catch (error) {
      // One faulty action must not take the list from everybody.
      this.logger.error({ err: error, actionKey: key }, 'appliesTo of a delivery action threw');
      return false;
    }
  }
}
