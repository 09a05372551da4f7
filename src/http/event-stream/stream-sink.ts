/** Why the server ended a stream. */
export type StreamEnd = 'stopping' | 'access_ended' | 'slow_reader';

/** Where a stream is written to: one client that reads it. */
export interface StreamSink {
  /** Whether the client has gone, or the stream was ended. */
  readonly closed: boolean;
  /** Bytes that were written and that the client has not taken yet. */
  readonly waiting: number;
  /** Sends the head of the answer. */
  open(): void;
  /** Writes a chunk; false asks the writer to wait until `drained`. */
  write(chunk: Buffer): boolean;
  /** Resolves when the client has taken what was written, or when it has gone. */
  drained(): Promise<void>;
  /** Ends the stream after what was written. */
  end(why?: StreamEnd): void;
  /** Closes the connection at once: what was written may be lost. */
  drop(why: StreamEnd): void;
  /** Calls the listener once, when the client has gone or the stream was ended. */
  onClose(listener: () => void): void;
}
