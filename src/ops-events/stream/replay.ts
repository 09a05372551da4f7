import { Injectable } from '@nestjs/common';
import { type FeedPage, type FeedRead, FeedReader } from '../../feed/feed-reader.js';

/** Most pages that are read at the same time in a process: the other connections are for requests. */
const AT_ONCE = 2;

/**
 * Reads what streams missed, page by page. However many clients come back at once, a process reads a few
 * pages at a time, in the order in which they were asked for.
 */
@Injectable()
export class Replay {
  private readonly waiting: (() => void)[] = [];
  private reading = 0;

  constructor(private readonly feed: FeedReader) {}

  /** Reads a page when its turn has come. */
  async page(read: FeedRead): Promise<FeedPage> {
    if (this.reading < AT_ONCE) this.reading += 1;
    // The one that ends passes its place on.
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await this.feed.read(read);
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.reading -= 1;
    }
  }
}
