import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { ScopesController } from './scopes.controller.js';
import { ScopesService } from './scopes.service.js';

/** The scopes that there are, with what waits in each. */
@Module({
  imports: [HttpModule],
  controllers: [ScopesController],
  providers: [ScopesService],
})
export class ScopesModule {}
