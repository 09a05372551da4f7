import { Body, Controller, HttpCode, Param, ParseUUIDPipe, Post, Req } from '@nestjs/common';
import { IsIn } from 'class-validator';
import { type CurrentUser } from './jwt.strategy.js';
import { NextActionsService } from './next-actions.service.js';

/** A press; the contestant knows one action. */
export class ExecuteDto {
  @IsIn(['mark_done'])
  actionKey!: 'mark_done';
}

@Controller('api/next-actions')
export class NextActionsController {
  constructor(private readonly nextActions: NextActionsService) {}

  @Post(':id/execute')
  @HttpCode(200)
  async execute(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { actionKey }: ExecuteDto,
    @Req() { user }: { user: CurrentUser },
  ): Promise<{ ok: true; executionId: string }> {
    const executionId = await this.nextActions.execute(id, actionKey, user.id);
    return { ok: true, executionId };
  }
}
