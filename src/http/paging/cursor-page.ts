import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';

/** Query of a list that is read by cursor alone: it has no total and no page numbers. */
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
  @ApiPropertyOptional({ description: 'nextCursor of the page before, with the same filters.' })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  cursor?: string;
}

/** Where a page of such a list stands. */
export class CursorPagination {
  @ApiProperty({ example: 25 })
  pageSize!: number;

  @ApiProperty({ example: false })
  hasNext!: boolean;

  /** Cursor of the next page, null on the last. */
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor!: string | null;
}

/** A page of the rows that were read, one more than fit on it; `seal` makes a cursor from the last row. */
export function cursorPage<Row>(
  rows: readonly Row[],
  pageSize: number,
  seal: (last: Row) => string,
): { items: Row[]; pagination: CursorPagination } {
  const items = rows.slice(0, pageSize);
  const last = items.at(-1);
  const hasNext = rows.length > pageSize;
  const nextCursor = hasNext && last !== undefined ? seal(last) : null;
  return { items, pagination: { pageSize, hasNext, nextCursor } };
}
