import { IsOptional, IsString, IsUUID } from 'class-validator';

/** What the job of a subscriber works on: one event. */
export class SubscriberPayload {
  /** Name of the subscriber. */
  @IsString()
  subscriber!: string;

  @IsUUID()
  eventId!: string;

  @IsString()
  eventKey!: string;

  /** The scope of the event, if it has one: also that of the job. */
  @IsOptional()
  @IsString()
  entityType?: string;

  @IsOptional()
  @IsString()
  entityId?: string;
}

/** Before the name of a subscriber in the type of its jobs. */
export const SUBSCRIBER_TYPE_PREFIX = 'subscriber.';

/** The type of a subscriber's jobs. */
export type SubscriberJobType = `${typeof SUBSCRIBER_TYPE_PREFIX}${string}`;

declare module '../jobs/handlers/job-types.js' {
  // eslint-disable-next-line @typescript-eslint/consistent-indexed-object-style -- merged into the interface
  interface JobTypes {
    [type: SubscriberJobType]: SubscriberPayload;
  }
}
