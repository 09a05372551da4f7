import { Module } from '@nestjs/common';
import { FeedCursors } from './feed-cursors.js';
import { FeedEpochs } from './feed-epochs.js';
import { FeedPoller } from './feed-poller.js';
import { FeedReader } from './feed-reader.js';
import { HorizonWatch } from './horizon-watch.js';

/** The stored events in the order of their commits: for requests, consumers and listeners. */
@Module({
  providers: [FeedCursors, FeedEpochs, FeedPoller, FeedReader, HorizonWatch],
  exports: [FeedCursors, FeedEpochs, FeedPoller, FeedReader],
})
export class FeedModule {}
