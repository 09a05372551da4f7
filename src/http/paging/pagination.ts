import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { CursorPagination, CursorQuery } from './cursor-page.js';

/** Query of a list that is read by page number, too; a cursor wins over it. */
export class PageQuery extends CursorQuery {
  /** Page number from 1. */
  @ApiPropertyOptional({
    minimum: 1,
    maximum: 100_000,
    default: 1,
    description: 'Page number from 1. A cursor wins over it.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100_000)
  page: number = 1;

  /** `exact` counts all rows, however many there are. */
  @ApiPropertyOptional({
    enum: ['exact'],
    description:
      'exact counts all rows, which takes longer the more there are. Without it, the total is counted up to 10,000.',
  })
  @IsOptional()
  @IsIn(['exact'])
  total?: 'exact';
}

/** Up to how many rows a total is counted unless it is asked for exactly. */
export const COUNTED_ROWS = 10_000;

/** The limit of the statement that counts: one row more, which shows that there are more. */
export const COUNT_LIMIT = COUNTED_ROWS + 1;

/** Pagination of a page of such a list. */
export class Pagination extends CursorPagination {
  /** Page number from 1. */
  @ApiProperty({ example: 1 })
  page!: number;

  /** Rows in the whole list, with the filters; 10,000 where `totalIsExact` is false. */
  @ApiProperty({
    example: 12,
    description:
      'Rows in the whole list, with the filters, counted up to 10,000 unless total=exact asks for all.',
  })
  total!: number;

  /** Whether `total` is the number of rows; false where there are more than were counted. */
  @ApiProperty({
    example: true,
    description: 'false where the list has more rows than were counted.',
  })
  totalIsExact!: boolean;

  /** Pages of the rows that were counted; 0 when the list is empty. */
  @ApiProperty({
    example: 1,
    description: 'Pages of the rows that were counted. Further ones can be read, too: see hasNext.',
  })
  totalPages!: number;

  @ApiProperty({ example: false })
  hasPrev!: boolean;
}

/** A counted total, without the row that only shows that there are more. */
export function totalOf(
  counted: number,
  limit: number | undefined,
): { total: number; isExact: boolean } {
  const isExact = limit === undefined || counted < limit;
  return { total: isExact ? counted : limit - 1, isExact };
}
