import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import { EventFilterQuery } from '../ops-events.dto.js';

/** Query of the live feed: the filters of the list, and where it begins. */
export class StreamEventsQuery extends EventFilterQuery {
  /** The id after which the stream begins; `Last-Event-ID` wins over it. */
  @ApiPropertyOptional({
    description:
      'The id after which the stream begins, as in Last-Event-ID, which wins over it: for clients that cannot set a header. A nextCursor of GET /api/ops-events?order=asc with the same filters is one, too.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  after?: string;
}
