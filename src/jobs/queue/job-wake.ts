import { Injectable } from '@nestjs/common';
import { Wake } from '../../kernel/wake.js';

/** Wakes the worker of this process when a transaction that enqueued a due job has committed. */
@Injectable()
export class JobWake extends Wake {}
