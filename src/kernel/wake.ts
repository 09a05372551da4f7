/**
 * Wakes whoever works off what a transaction has left, when it has committed: a worker of this process, which
 * connects itself.
 */
export class Wake {
  private waker: () => void = () => undefined;

  /** Calls the worker from now on; a process has one. */
  connect(waker: () => void): void {
    this.waker = waker;
  }

  /** One function for all, so that a transaction which leaves much wakes the worker once. */
  readonly wake = (): void => this.waker();
}
