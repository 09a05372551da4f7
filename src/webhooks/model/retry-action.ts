/** Key of the delivery action that sends failed deliveries again. */
export const RETRY_ACTION = 'retry_failed_deliveries';
