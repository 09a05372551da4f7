import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DismissAction } from './delivery/actions/dismiss.action.js';
import { MarkDoneAction } from './delivery/actions/mark-done.action.js';
import { RetryFailedDeliveriesAction } from './delivery/actions/retry-failed-deliveries.action.js';
import { Snooze1dAction } from './delivery/actions/snooze-1d.action.js';
import { DeliveryActionRegistry } from './delivery/delivery-action.registry.js';
import { DeliveryCatalogue } from './delivery/delivery-catalogue.js';
import { DeliveryService } from './delivery/delivery.service.js';
import { DeliveryActionsController } from './delivery-actions.controller.js';
import { RetryFailedDeliveriesHandler } from './retry-failed-deliveries.handler.js';
import { NextActionsController } from './next-actions.controller.js';
import { NextActionsRepository } from './next-actions.repository.js';
import { NextActionsService } from './next-actions.service.js';

/** Next best actions and their buttons. */
@Module({
  imports: [DiscoveryModule],
  controllers: [NextActionsController, DeliveryActionsController],
  providers: [
    NextActionsRepository,
    NextActionsService,
    DeliveryActionRegistry,
    DeliveryCatalogue,
    DeliveryService,
    // Delivery actions, one line each: `npm run make:action -- <key>` adds one.
    DismissAction,
    MarkDoneAction,
    RetryFailedDeliveriesAction,
    Snooze1dAction,
    // Job handlers.
    RetryFailedDeliveriesHandler,
  ],
  exports: [NextActionsService, DeliveryService],
})
export class NextActionsModule {}
