import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional } from 'class-validator';

/** Whether a press is only previewed. */
export class PreviewQuery {
  @ApiPropertyOptional({
    default: false,
    description: 'Runs the action and takes it back: nothing of it stays.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    value === 'true' ? true : value === 'false' ? false : value,
  )
  @IsBoolean()
  preview: boolean = false;
}

/** The recorded changes of an NBA's fields, in the document. */
export const CHANGES_SCHEMA = {
  type: 'object' as const,
  additionalProperties: {
    type: 'object' as const,
    required: ['from', 'to'],
    properties: { from: {}, to: {} },
  },
  example: { status: { from: 'queued', to: 'done' } },
};

/** An event that a press would leave. */
export class PreviewEvent {
  @ApiProperty({ example: 'nba.delivery.executed' })
  eventKey!: string;

  @ApiProperty({ enum: ['info', 'warn', 'error'], enumName: 'EventLevel' })
  level!: string;

  /** As it would be on record, without secrets. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  meta!: object;
}

/** What a press would do. */
export class PreviewAnswer {
  @ApiProperty({ enum: [true] })
  ok!: true;

  @ApiProperty({ enum: [true] })
  preview!: true;

  /** Whether an earlier execution would answer, and nothing would run. */
  @ApiProperty({ example: false })
  replayed!: boolean;

  /** The fields of the NBA that the press would change, each with its values before and after. */
  @ApiProperty(CHANGES_SCHEMA)
  changes!: object;

  /** What the action would return of its work. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  meta!: object;

  /** The events that the press would leave, in their order. */
  @ApiProperty({ type: [PreviewEvent] })
  events!: PreviewEvent[];
}
