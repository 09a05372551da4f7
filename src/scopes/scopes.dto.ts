import { ApiProperty } from '@nestjs/swagger';
import { CursorPagination } from '../http/paging/cursor-page.js';

/** A scope with what waits in it. */
export class ScopeAnswer {
  /** As `scope` names it in a query. */
  @ApiProperty({ example: 'account/acme', description: 'As the parameter scope names it.' })
  scope!: string;

  @ApiProperty({ example: 'account' })
  entityType!: string;

  @ApiProperty({ example: 'acme' })
  entityId!: string;

  /** Queued next best actions that are not snoozed, counted up to 10,000. */
  @ApiProperty({
    example: 4,
    description: 'Queued next best actions that are not snoozed, counted up to 10,000.',
  })
  queued!: number;

  /** Whether `queued` is their number; false where there are more. */
  @ApiProperty({ example: true, description: 'false where more than 10,000 are queued.' })
  queuedIsExact!: boolean;

  /** Open risk flags that are not snoozed. */
  @ApiProperty({ example: 1, description: 'Open risk flags that are not snoozed.' })
  openFlags!: number;
}

/** Somebody to whom a next best action of a scope may be assigned. */
export class PersonAnswer {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'Ann Example' })
  name!: string;
}

/** A page of people, by name. */
export class PeoplePage {
  @ApiProperty({ type: [PersonAnswer] })
  items!: PersonAnswer[];

  @ApiProperty({ type: CursorPagination })
  pagination!: CursorPagination;
}

/** A page of scopes, by type and id. */
export class ScopePage {
  @ApiProperty({ type: [ScopeAnswer] })
  items!: ScopeAnswer[];

  @ApiProperty({ type: CursorPagination })
  pagination!: CursorPagination;
}
