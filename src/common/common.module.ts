import { type DynamicModule, Global, Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { CURSOR_SECRET, CursorCodec } from './cursor.js';
import { LOGGER } from './logging/logger.js';

/** What every room needs and nothing of ours stands behind: the logger and the cursor codec. */
@Global()
@Module({})
export class CommonModule {
  static register(options: { logger: Logger; cursorSecret: string }): DynamicModule {
    return {
      module: CommonModule,
      providers: [
        { provide: LOGGER, useValue: options.logger },
        { provide: CURSOR_SECRET, useValue: options.cursorSecret },
        CursorCodec,
      ],
      exports: [LOGGER, CursorCodec],
    };
  }
}
