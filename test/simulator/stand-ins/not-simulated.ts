/** The log is not simulated: the functions load, and no workload uses it. */
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
