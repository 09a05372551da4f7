import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { CurrentPrincipal } from '../../http/access/current-actor.js';
import { type Principal } from '../../http/access/principal.js';
import { Requires } from '../../http/access/requires.js';
import { ResponseSink } from '../../http/event-stream/response-sink.js';
import { ApiProblems } from '../../http/problems/api-problems.js';
import { LiveFeed } from './live-feed.service.js';
import { StreamEventsQuery } from './stream.dto.js';

const LAST_EVENT_ID = 'Last-Event-ID';

@ApiTags('ops-events')
@Controller('events')
export class StreamController {
  constructor(private readonly live: LiveFeed) {}

  @Get('stream')
  @Requires('events.read')
  @ApiOperation({
    summary: 'Follow the events live, in commit order',
    description:
      'A stream of server-sent events that stays open. First comes `ready`, with the id at which the stream begins; then each event that the filters select, named by its eventKey, with the same data as an item of GET /api/ops-events. Whoever reconnects with the last id misses no event and gets none twice, on any server. `reset` says that the events after the id are not on record any more: the stream goes on from now. A comment every 15 s shows that the stream is alive. It ends when the session or the token does.',
  })
  @ApiHeader({
    name: LAST_EVENT_ID,
    required: false,
    description: 'The id of the last event that the client has: the stream begins after it.',
    schema: { type: 'string' },
  })
  @ApiOkResponse({
    description: 'The stream: see docs/live-feed.md.',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  @ApiProblems('EVENT_ID_INVALID', 'TOO_MANY_STREAMS')
  async followEvents(
    @Query() query: StreamEventsQuery,
    @Headers(LAST_EVENT_ID) lastId: string | undefined,
    @CurrentPrincipal() caller: Principal,
    @Res() response: Response,
  ): Promise<void> {
    const sink = new ResponseSink(response);
    if (response.req.method === 'HEAD') {
      sink.open();
      sink.end();
      return;
    }
    await this.live.open({ query, caller, after: idAfter(lastId, query) }, sink);
  }
}

/** The header is newer: a browser that reconnects keeps the query of its first request. */
function idAfter(
  lastId: string | undefined,
  { after }: StreamEventsQuery,
): { id: string; field: string } | undefined {
  if (lastId !== undefined && lastId !== '') return { id: lastId, field: LAST_EVENT_ID };
  return after === undefined ? undefined : { id: after, field: 'after' };
}
