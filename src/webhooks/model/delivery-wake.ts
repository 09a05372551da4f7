import { Injectable } from '@nestjs/common';

/** Wakes the dispatcher of this process when a transaction that made deliveries due has committed. */
@Injectable()
export class DeliveryWake {
  private dispatcher: () => void = () => undefined;

  /** Calls the dispatcher from now on; a process has one. */
  connect(dispatcher: () => void): void {
    this.dispatcher = dispatcher;
  }

  /** One function for all deliveries, so that a transaction wakes the dispatcher once. */
  readonly wake = (): void => this.dispatcher();
}
