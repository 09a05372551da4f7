import { Module } from '@nestjs/common';
import { SECRETS } from '../config/config.module.js';
import { type Secrets } from '../config/secrets.js';
import { CursorCodec } from './paging/cursor.js';

/** What the routes of every module share: the cursors of their lists. */
@Module({
  providers: [
    {
      provide: CursorCodec,
      inject: [SECRETS],
      useFactory: ({ jwtSecret }: Secrets) => new CursorCodec(jwtSecret),
    },
  ],
  exports: [CursorCodec],
})
export class HttpModule {}
