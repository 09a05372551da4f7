import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional } from 'class-validator';

/** Whether a change asks for a new run of the rules in its scope. */
export class RefreshQuery {
  /** With `false`, no job runs the rules after this change. */
  @ApiPropertyOptional({
    default: true,
    description:
      'With false, this change enqueues no new score, risk rules and next actions of its scope.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    value === 'true' ? true : value === 'false' ? false : value,
  )
  @IsBoolean()
  refresh?: boolean;
}
