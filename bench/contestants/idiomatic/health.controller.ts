import { Controller, Get, SetMetadata } from '@nestjs/common';
import { SkipThrottle } from '@nestjs/throttler';

export const IS_PUBLIC = 'isPublic';

@Controller('health')
export class HealthController {
  @Get('ready')
  @SkipThrottle()
  @SetMetadata(IS_PUBLIC, true)
  ready(): { status: string } {
    return { status: 'ok' };
  }
}
