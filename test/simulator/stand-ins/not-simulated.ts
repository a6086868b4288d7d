/** The log, and what backups do with the bucket, are not simulated: the functions load, and no workload uses them. */
export class NotSimulated {
  readonly input: unknown;

  constructor(input?: unknown) {
    this.input = input;
  }

  send(): Promise<never> {
    return Promise.reject(new Error('this service is not simulated'));
  }
}

export { NotSimulated as CloudWatchLogsClient, NotSimulated as FilterLogEventsCommand };
