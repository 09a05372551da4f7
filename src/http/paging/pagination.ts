import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
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
}

/** Pagination of a page of such a list. */
export class Pagination extends CursorPagination {
  /** Page number from 1. */
  @ApiProperty({ example: 1 })
  page!: number;

  /** Rows in the whole list, with the filters. */
  @ApiProperty({ example: 12 })
  total!: number;

  /** Pages in the whole list; 0 when it is empty. */
  @ApiProperty({ example: 1 })
  totalPages!: number;

  @ApiProperty({ example: false })
  hasPrev!: boolean;
}

/** The pagination of a page; `nextCursor` is null where the list ends here. */
export function paginate(
  page: number,
  pageSize: number,
  total: number,
  nextCursor: string | null,
  hasNext: boolean,
): Pagination {
  return {
    page,
    pageSize,
    total,
    totalPages: Math.ceil(total / pageSize),
    hasNext,
    hasPrev: page > 1,
    nextCursor,
  };
}
