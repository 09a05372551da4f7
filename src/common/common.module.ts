import { type DynamicModule, Global, Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { CURSOR_SECRET, CursorCodec } from './cursor.js';
import { BODY_TIMEOUT_MS } from './http/json-body.guard.js';
import { LOGGER } from './logging/logger.js';

/** What every module may need: the logger, the cursor codec, and what the body guard goes by. */
@Global()
@Module({})
export class CommonModule {
  static register(options: {
    logger: Logger;
    cursorSecret: string;
    /** Longest wait for the next byte of a body, in ms. */
    bodyTimeoutMs: number;
  }): DynamicModule {
    return {
      module: CommonModule,
      providers: [
        { provide: LOGGER, useValue: options.logger },
        { provide: CURSOR_SECRET, useValue: options.cursorSecret },
        { provide: BODY_TIMEOUT_MS, useValue: options.bodyTimeoutMs },
        CursorCodec,
      ],
      exports: [LOGGER, CursorCodec, BODY_TIMEOUT_MS],
    };
  }
}
