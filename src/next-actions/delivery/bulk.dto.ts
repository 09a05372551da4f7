import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsUUID } from 'class-validator';
import { ExecuteBody } from './delivery.dto.js';
import { CHANGES_SCHEMA } from './preview.dto.js';

/** Most rows of one request. */
export const MAX_ROWS = 100;

const EXAMPLE_ID = '019ac5a1-7d4e-7c3b-9a51-2f6d8e0b4c71';
const lowerCase = (id: unknown): unknown => (typeof id === 'string' ? id.toLowerCase() : id);

const ROW_IDS = {
  type: 'array' as const,
  items: { type: 'string' as const, format: 'uuid' },
  minItems: 1,
  maxItems: MAX_ROWS,
  uniqueItems: true,
  example: [EXAMPLE_ID],
};

/** One button pressed on several NBAs. */
export class BulkExecuteBody extends ExecuteBody {
  /** The NBAs, each once. */
  @ApiProperty(ROW_IDS)
  @IsUUID(undefined, { each: true })
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_ROWS)
  @ArrayUnique(lowerCase)
  ids!: string[];
}

/** Several presses to take back. */
export class BulkUndoBody {
  /** Their executions, each once. */
  @ApiProperty(ROW_IDS)
  @IsUUID(undefined, { each: true })
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_ROWS)
  @ArrayUnique(lowerCase)
  executionIds!: string[];
}

/** How one row of a bulk request ended. */
export class BulkRow {
  /** The id that was sent. */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  ok!: boolean;

  /** Of a success, as for a single request; of a failed press, its record. */
  @ApiPropertyOptional({ format: 'uuid' })
  executionId?: string;

  /** Whether an earlier execution answers. */
  @ApiPropertyOptional()
  replayed?: boolean;

  /** In a preview: the fields of the NBA that the press would change. */
  @ApiPropertyOptional(CHANGES_SCHEMA)
  changes?: object;

  /** Of a refusal, as for a single request. */
  @ApiPropertyOptional({ example: 'NEXT_ACTION_NOT_OPEN' })
  code?: string;

  @ApiPropertyOptional()
  detail?: string;
}

/** The answer to a bulk request. */
export class BulkAnswer {
  /** In the order of the ids that were sent. */
  @ApiProperty({ type: [BulkRow] })
  results!: BulkRow[];
}
