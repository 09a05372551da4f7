import { Injectable } from '@nestjs/common';

/** Wakes the worker of this process when a transaction that enqueued a due job has committed. */
@Injectable()
export class JobWake {
  private worker: () => void = () => undefined;

  /** Calls the worker from now on; a process has one. */
  connect(worker: () => void): void {
    this.worker = worker;
  }

  /** One function for all jobs, so that a transaction which enqueues many wakes the worker once. */
  readonly wake = (): void => this.worker();
}
