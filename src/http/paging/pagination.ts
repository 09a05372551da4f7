import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';

/** Query of a list that is read page by page. */
export class PageQuery {
  /** Page number from 1. */
  @ApiPropertyOptional({
    minimum: 1,
    maximum: 100_000,
    default: 1,
    description: 'Page number from 1.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100_000)
  page: number = 1;

  /** Rows a page, 1–100. */
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
}

/** Query of a list that is read by keyset cursor, too. */
export class CursorPageQuery extends PageQuery {
  /** `nextCursor` of the page before; wins over `page`. */
  @ApiPropertyOptional({
    description:
      'nextCursor of the page before, with the same filters. Wins over page; no row is seen twice or missed while rows are inserted.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  cursor?: string;
}

/** Where a page stands in its list. */
export class Pagination {
  /** Page number from 1. */
  @ApiProperty({ example: 1 })
  page!: number;

  /** Rows a page. */
  @ApiProperty({ example: 25 })
  pageSize!: number;

  /** Rows in the whole list, with the filters. */
  @ApiProperty({ example: 12 })
  total!: number;

  /** Pages in the whole list; 0 when it is empty. */
  @ApiProperty({ example: 1 })
  totalPages!: number;

  @ApiProperty({ example: false })
  hasNext!: boolean;

  @ApiProperty({ example: false })
  hasPrev!: boolean;

  /** Cursor of the next page, null on the last. */
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor!: string | null;
}

/** The pagination of a page; `nextCursor` is null where the list has none or ends here. */
export function paginate(
  page: number,
  pageSize: number,
  total: number,
  nextCursor: string | null = null,
  hasNext = page * pageSize < total,
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
