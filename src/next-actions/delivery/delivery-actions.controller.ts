import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DeliveryCatalogue } from './delivery-catalogue.js';
import { DeliveryActionList } from './delivery.dto.js';

@ApiTags('next-actions')
@Controller('delivery-actions')
export class DeliveryActionsController {
  constructor(private readonly catalogue: DeliveryCatalogue) {}

  @Get()
  @ApiOperation({
    summary: 'List the delivery actions',
    description: 'The catalogue from which a client renders buttons, in the order of the keys.',
  })
  @ApiOkResponse({ type: DeliveryActionList })
  list(): DeliveryActionList {
    return { items: this.catalogue.list() };
  }
}
