import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { ScopeFields } from '../../http/scope.dto.js';
import { RefreshQuery } from '../refresh.dto.js';
import { WORK_ITEM_KIND_NAMES, type WorkItemKind } from '../work-item-kinds.js';
import { IMPORT_MODES, type ImportMode } from './import-run.js';

/** What separates the cells of a row, by its name in a query. */
export const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t' } as const;
const SEPARATOR_NAMES = Object.keys(SEPARATORS) as (keyof typeof SEPARATORS)[];

/** How a file is imported. */
export class ImportQuery extends IntersectionType(ScopeFields, RefreshQuery) {
  @ApiPropertyOptional({
    enum: WORK_ITEM_KIND_NAMES,
    enumName: 'WorkItemKind',
    description: 'The kind of the rows; needed unless the file has a column for it.',
  })
  @IsOptional()
  @IsIn(WORK_ITEM_KIND_NAMES)
  kind?: WorkItemKind;

  @ApiPropertyOptional({
    enum: IMPORT_MODES,
    default: 'all',
    description: 'all: every row or, when one is wrong, none. each: the good rows.',
  })
  @IsOptional()
  @IsIn(IMPORT_MODES)
  mode: ImportMode = 'all';

  @ApiPropertyOptional({
    default: false,
    description: 'Checks the file and stores nothing; the counts are what would happen.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    value === 'true' ? true : value === 'false' ? false : value,
  )
  @IsBoolean()
  dryRun: boolean = false;

  @ApiPropertyOptional({
    enum: SEPARATOR_NAMES,
    description: 'What separates the cells; found out from the header row unless given.',
  })
  @IsOptional()
  @IsIn(SEPARATOR_NAMES)
  separator?: keyof typeof SEPARATORS;
}

/** What is wrong with one row. */
export class ImportRowError {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'Line of the file, from 1.' })
  line!: number;

  @ApiProperty({ example: 'dueAt' })
  field!: string;

  @ApiProperty({ example: 'title is required' })
  message!: string;
}

/** What an import did. */
export class ImportAnswer {
  @ApiProperty({ example: false })
  dryRun!: boolean;

  @ApiProperty({ enum: IMPORT_MODES })
  mode!: ImportMode;

  /** Rows of the file; the sum of the other counts unless a row was refused in mode all. */
  @ApiProperty({ type: 'integer', example: 120 })
  rows!: number;

  @ApiProperty({ type: 'integer', example: 100 })
  created!: number;

  @ApiProperty({ type: 'integer', example: 15 })
  updated!: number;

  /** Items without a change. */
  @ApiProperty({ type: 'integer', example: 4 })
  unchanged!: number;

  /** Rows that were refused. */
  @ApiProperty({ type: 'integer', example: 1 })
  failed!: number;

  /** What is wrong with them: the first 100. */
  @ApiProperty({ type: [ImportRowError], maxItems: 100 })
  errors!: ImportRowError[];

  /** How many further errors there are. */
  @ApiProperty({ type: 'integer', example: 0 })
  moreErrors!: number;
}
