import { Injectable } from '@nestjs/common';
import { Wake } from '../../kernel/wake.js';

/** Wakes the dispatcher of this process when a transaction that made deliveries due has committed. */
@Injectable()
export class DeliveryWake extends Wake {}
