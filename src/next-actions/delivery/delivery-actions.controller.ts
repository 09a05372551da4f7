import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentActor } from '../../http/access/current-actor.js';
import { Requires } from '../../http/access/requires.js';
import { type Actor } from '../../kernel/actor.js';
import { DeliveryCatalogue } from './delivery-catalogue.js';
import { DeliveryActionList } from './delivery.dto.js';

@ApiTags('next-actions')
@Controller('delivery-actions')
export class DeliveryActionsController {
  constructor(private readonly catalogue: DeliveryCatalogue) {}

  @Get()
  @Requires('next-actions.read')
  @ApiOperation({
    summary: 'List the delivery actions',
    description:
      'The catalogue from which a client renders buttons: those that the caller may press, in the order of the keys.',
  })
  @ApiOkResponse({ type: DeliveryActionList })
  list(@CurrentActor() actor: Actor): DeliveryActionList {
    return { items: this.catalogue.list(actor) };
  }
}
