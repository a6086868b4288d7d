/** The cause of an invocation: a route, a schedule, an event of another service, or a call of Lambda's Invoke API. */
export interface Trigger {
  readonly source: 'gateway' | 'schedule' | 'event' | 'invoke';
  /** The route key, the rule's logical id, or the caller of Invoke: a function's logical id or `operator`. */
  readonly detail: string;
  /** The event type of a gateway event. */
  readonly eventType?: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
}

/** The caller of a service, and its current invocation. */
export interface Attribution {
  /** The calling function's logical id; `operator` for a caller outside of Lambda. */
  readonly function: string;
  readonly requestId?: string;
  readonly trigger?: Trigger;
}

/** A permission that a call needs, as IAM would check it. */
export interface UsedPermission {
  /** Such as `dynamodb:PutItem`, `lambda:InvokeFunction`, `execute-api:ManageConnections`. */
  readonly action: string;
  /** Logical id of the table, bucket or function; method and path (`POST/@connections`) for the gateway. */
  readonly resource: string;
  readonly index?: string;
  /** The object's key, or the requested prefix of a list. */
  readonly key?: string;
  readonly arn: string;
  /** The values of IAM's condition keys. */
  readonly context?: Readonly<Record<string, string>>;
}

/** One AWS call, as the service received it. */
export interface ServiceCall extends Attribution {
  readonly kind: 'call';
  readonly service: 'dynamodb' | 'lambda' | 'apigatewaymanagementapi' | 's3' | 'sqs' | 'logs';
  readonly operation: string;
  readonly permissions: readonly UsedPermission[];
  /** `performance.now()` when the request arrived, and when the response was sent. */
  readonly start: number;
  readonly end: number;
  readonly status: number;
  /** Consumed capacity units, as DynamoDB reports them. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** One run of a function. */
export interface Invocation extends Attribution {
  readonly kind: 'invocation';
  readonly requestId: string;
  readonly trigger: Trigger;
  readonly mode: 'sync' | 'async';
  /** Whether it was a cold start. */
  readonly cold: boolean;
  /** `performance.now()` at the request, at the start of the handler, and at its end. */
  readonly asked: number;
  readonly start: number;
  readonly end: number;
  /** Bytes that the function wrote to its log, as CloudWatch Logs meters them. */
  readonly logBytes: number;
  /** The peak memory of its environment, in bytes, by samples; absent if the invocation failed. */
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
  /** The route of an incoming message. */
  readonly routeKey?: string;
}

/** One response of the HTTP API. */
export interface HttpExchange {
  readonly kind: 'http';
  readonly path: string;
  readonly status: number;
  /** Bytes of the response, with its headers. */
  readonly bytes: number;
  /** `performance.now()`. */
  readonly at: number;
}

/** A finished call without its caller. Only DynamoDB gives the capacity units. */
export type CallRecord = Omit<ServiceCall, keyof Attribution | 'kind' | 'end' | 'readUnits' | 'writeUnits'> &
  Partial<Pick<ServiceCall, 'readUnits' | 'writeUnits'>>;

export type Recorded = ServiceCall | Invocation | Frame | HttpExchange;

/** `performance.now()` when it began. */
function begunAt(entry: Recorded): number {
  if (entry.kind === 'frame' || entry.kind === 'http') return entry.at;
  return entry.kind === 'invocation' ? entry.asked : entry.start;
}

/** Passes AWS calls, invocations and frames to its listeners. Without a listener it costs nothing. */
export class Recorder {
  readonly #listeners = new Set<(entry: Recorded) => void>();

  get active(): boolean {
    return this.#listeners.size > 0;
  }

  /** Calls the listener for every entry from now on. The returned function ends the subscription. */
  subscribe(listener: (entry: Recorded) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Records the calls, invocations and frames that begin from now on. */
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
    // Leave out calls and invocations that began before this recording.
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

  get exchanges(): HttpExchange[] {
    return this.entries.filter((entry) => entry.kind === 'http');
  }

  get frames(): Frame[] {
    return this.entries.filter((entry) => entry.kind === 'frame');
  }
}
