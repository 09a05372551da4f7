import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../http/access/requires.js';
import { CurrentActor } from '../http/access/current-actor.js';
import { type Actor } from '../kernel/actor.js';
import { ApiProblems } from '../http/problems/api-problems.js';
import { ListOpsEventsQuery, OpsEventPage } from './ops-events.dto.js';
import { OpsEventsService } from './ops-events.service.js';

@ApiTags('ops-events')
@Controller('ops-events')
export class OpsEventsController {
  constructor(private readonly events: OpsEventsService) {}

  @Get()
  @Requires('events.read')
  @ApiOperation({
    summary: 'List the events, newest first or in commit order',
    description:
      'Every event was stored in the transaction of the change that it reports. With order=asc, events come in the order of their commits, and every page has a nextCursor, the last one too: whoever reads on from it misses no event and gets none twice. An event is shown there when every transaction that began before its own has ended. With a filter, a page may hold fewer events than pageSize, or none, although hasNext is true.',
  })
  @ApiOkResponse({ type: OpsEventPage })
  @ApiProblems(400)
  list(@Query() query: ListOpsEventsQuery, @CurrentActor() actor: Actor): Promise<OpsEventPage> {
    return this.events.list(query, actor);
  }
}
