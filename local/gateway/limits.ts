/**
 * Quotas of WebSocket APIs:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export const limits = {
  frameBytes: 32 * 1024,
  messageBytes: 128 * 1024,
  /** On the room's clock. */
  idleMs: 10 * 60_000,
  connectionMs: 2 * 60 * 60_000,
} as const;
