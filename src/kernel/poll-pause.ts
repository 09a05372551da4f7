/** The pause of a loop that polls for work, until the time has passed or it is woken. */
export class PollPause {
  private woken = false;
  private end: () => void = () => undefined;

  /** Before the loop looks for work: what wakes it from now on ends the next pause. */
  begin(): void {
    this.woken = false;
  }

  /** Ends the pause, or the next one before it begins. */
  wake(): void {
    this.woken = true;
    this.end();
  }

  /** Waits. What ends in this turn of the event loop is then seen together by the next look. */
  async wait(ms: number): Promise<void> {
    if (!this.woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
