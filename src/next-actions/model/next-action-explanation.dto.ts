import { ApiPropertyOptional, ApiProperty, ApiSchema } from '@nestjs/swagger';

/** One fact behind a recommendation. */
export class ExplanationEvidence {
  @ApiProperty({ example: 'count' })
  key!: string;

  @ApiProperty({ example: 'Items' })
  label!: string;

  @ApiProperty({
    oneOf: [
      { type: 'string' },
      { type: 'number' },
      { type: 'array', items: { type: 'string' } },
    ],
    example: 4,
  })
  value!: string | number | readonly string[];
}

/** Where a client reads more. */
export class ExplanationLink {
  @ApiProperty({ example: 'The items' })
  label!: string;

  /** An http(s) URL, or a path that begins with `/`. */
  @ApiProperty({ example: '/api/work-items?condition=reminders_overdue' })
  href!: string;
}
