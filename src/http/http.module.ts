import { Module } from '@nestjs/common';
import { SECRETS } from '../config/config.module.js';
import { type Secrets } from '../config/secrets.js';
import { CursorCodec } from './paging/cursor.js';
import { Paginator } from './paging/paginator.js';

/** What the routes of every module share: the pages of their lists. */
@Module({
  providers: [
    {
      provide: Paginator,
      inject: [SECRETS],
      useFactory: ({ jwtSecret }: Secrets) => new Paginator(new CursorCodec(jwtSecret)),
    },
  ],
  exports: [Paginator],
})
export class HttpModule {}
