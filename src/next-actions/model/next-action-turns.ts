import { Injectable } from '@nestjs/common';
import { Turns } from '../../database/connections/turns.js';

/** Turns of the changes of one NBA within one process: what would else wait for the lock of its row. */
@Injectable()
export class NextActionTurns extends Turns {}
