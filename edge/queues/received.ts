/** A message of a queue with its parsed body. */
export type Received<Body> = {
  readonly message: Pick<Message, "ack" | "retry" | "attempts">;
  readonly body: Body;
};

/** A queue keeps a message for days and delivers it up to 100 times: a database that is away for a day loses nothing. */
export const LONGEST_RETRY_SECONDS = 3600;
