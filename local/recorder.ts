/** What made a function run: a gateway event on a route, a schedule, an event of another service, or a call of the Lambda Invoke API. */
export interface Trigger {
  readonly source: 'gateway' | 'schedule' | 'event' | 'invoke';
  /** The route key, the rule's logical id, or who invoked: a function's logical id or `operator`. */
  readonly detail: string;
  /** The gateway's event type, for a gateway event. */
  readonly eventType?: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
}

/** Who called, in which invocation. */
export interface Attribution {
  /** The calling function's logical id; `operator` for a caller outside of Lambda. */
  readonly function: string;
  readonly requestId?: string;
  readonly trigger?: Trigger;
}

/** One right that a call used, as IAM would ask for it. */
export interface UsedRight {
  /** Such as `dynamodb:PutItem`, `lambda:InvokeFunction`, `execute-api:ManageConnections`. */
  readonly action: string;
  /** Logical id of the table, bucket or function; method and path (`POST/@connections`) for the gateway. */
  readonly resource: string;
  readonly index?: string;
  /** The object's key; for a list, the prefix that it asks for. */
  readonly key?: string;
  readonly arn: string;
  /** What else IAM may be asked about, by its condition keys. */
  readonly context?: Readonly<Record<string, string>>;
}

/** One AWS call, as the service received it. */
export interface ServiceCall extends Attribution {
  readonly kind: 'call';
  readonly service: 'dynamodb' | 'lambda' | 'apigatewaymanagementapi' | 's3' | 'sqs' | 'logs';
  readonly operation: string;
  readonly rights: readonly UsedRight[];
  /** `performance.now()` when the request had arrived, and when the answer went out. */
  readonly start: number;
  readonly end: number;
  readonly status: number;
  /** Capacity units that DynamoDB reports to have consumed. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** One run of a function. */
export interface Invocation extends Attribution {
  readonly kind: 'invocation';
  readonly requestId: string;
  readonly trigger: Trigger;
  readonly mode: 'sync' | 'async';
  /** Whether an environment had to be made for it. */
  readonly cold: boolean;
  /** `performance.now()`: when it was asked for, when the handler began, when it was over. */
  readonly asked: number;
  readonly start: number;
  readonly end: number;
  /** What the function wrote to its log, as CloudWatch Logs meters it. */
  readonly logBytes: number;
  /** The most memory (bytes) that its environment was seen to hold; not of one that failed. */
  readonly mostMemory?: number;
  readonly error?: string;
}

/** One WebSocket message through the gateway. */
export interface Frame {
  readonly kind: 'frame';
  readonly connectionId: string;
  readonly direction: 'in' | 'out';
  readonly bytes: number;
  /** `performance.now()`. */
  readonly at: number;
  /** The route that was selected, for a message in. */
  readonly routeKey?: string;
}

/** A call that is over: all but its caller, with the capacity units only for DynamoDB. */
export type CallRecord = Omit<ServiceCall, keyof Attribution | 'kind' | 'end' | 'readUnits' | 'writeUnits'> &
  Partial<Pick<ServiceCall, 'readUnits' | 'writeUnits'>>;

export type Recorded = ServiceCall | Invocation | Frame;

/** `performance.now()` when it began. */
function begunAt(entry: Recorded): number {
  if (entry.kind === 'frame') return entry.at;
  return entry.kind === 'invocation' ? entry.asked : entry.start;
}

/** Records AWS calls, invocations and frames; costs nothing without a listener. */
export class Recorder {
  readonly #listeners = new Set<(entry: Recorded) => void>();

  get active(): boolean {
    return this.#listeners.size > 0;
  }

  /** Hears every entry from now on, until the returned function is called. */
  subscribe(listener: (entry: Recorded) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Keeps every entry of what begins from now on. */
  record(): Recording {
    return new Recording(this);
  }

  emit(entry: Recorded): void {
    for (const listener of this.#listeners) listener(entry);
  }

  /** Records an AWS call that ends now. */
  call(caller: Attribution, call: CallRecord): void {
    if (!this.active) return;
    this.emit({ kind: 'call', readUnits: 0, writeUnits: 0, ...caller, ...call, end: performance.now() });
  }
}

/** A list of recorded entries that grows until it is stopped. */
export class Recording {
  readonly entries: Recorded[] = [];
  readonly stop: () => void;

  constructor(recorder: Recorder) {
    const begun = performance.now();
    // Calls and invocations that began before are not part of this recording.
    this.stop = recorder.subscribe((entry) => {
      if (begunAt(entry) >= begun) this.entries.push(entry);
    });
  }

  clear(): void {
    this.entries.length = 0;
  }

  get calls(): ServiceCall[] {
    return this.entries.filter((entry) => entry.kind === 'call');
  }

  get invocations(): Invocation[] {
    return this.entries.filter((entry) => entry.kind === 'invocation');
  }

  get frames(): Frame[] {
    return this.entries.filter((entry) => entry.kind === 'frame');
  }
}
