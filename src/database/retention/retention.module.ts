import { Module } from '@nestjs/common';
import { RetentionDuty } from './retention.duty.js';

/** Runs retention by itself, in a server or a worker. */
@Module({ providers: [RetentionDuty] })
export class RetentionModule {}
