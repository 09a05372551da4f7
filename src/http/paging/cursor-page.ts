import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';

/** Query of a list that is read by cursor. */
export class CursorQuery {
  @ApiPropertyOptional({
    minimum: 1,
    maximum: 100,
    default: 25,
    description: 'Rows a page, 1–100.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  pageSize: number = 25;

  /** `nextCursor` of the page before. */
  @ApiPropertyOptional({
    description:
      'nextCursor of the page before, with the same filters. No row is repeated or skipped while rows are inserted.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  cursor?: string;
}

/** Pagination of a page of such a list. */
export class CursorPagination {
  /** Rows a page. */
  @ApiProperty({ example: 25 })
  pageSize!: number;

  @ApiProperty({ example: false })
  hasNext!: boolean;

  /** Cursor of the next page, null on the last. */
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor!: string | null;
}
