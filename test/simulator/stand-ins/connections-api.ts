import { here } from './machine.ts';

interface Input {
  readonly ConnectionId: string;
}

class ConnectionCommand {
  readonly input: Input;

  constructor(input: Input) {
    this.input = input;
  }
}

export class DeleteConnectionCommand extends ConnectionCommand {}
export class GetConnectionCommand extends ConnectionCommand {}
export class GoneException extends Error {}

const maxAttempts = 4;

/** The client of @connections, with the retries of the SDK. */
export class ApiGatewayManagementApiClient {
  async send(command: ConnectionCommand): Promise<void> {
    const method = command instanceof GetConnectionCommand ? 'GET' : 'DELETE';
    for (let attempt = 1; ; attempt += 1) {
      const status = await here.connection(method, command.input.ConnectionId);
      if (status !== undefined && status < 300) return;
      if (status === 410) throw new GoneException();
      if (attempt >= maxAttempts) throw new Error(`@connections: status ${status}`);
      await here.sleep(here.random() * Math.min(20_000, 100 * 2 ** attempt));
    }
  }
}
