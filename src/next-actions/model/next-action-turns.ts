import { Injectable } from '@nestjs/common';
import { Turns } from '../../database/connections/turns.js';

/**
 * Turns for the changes of one NBA within one process, which would otherwise wait for the lock of its row.
 */
@Injectable()
export class NextActionTurns extends Turns {}
