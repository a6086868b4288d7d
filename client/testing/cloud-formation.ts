import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** CloudFormation's response to a request for a stack. */
export interface StackAnswer {
  readonly status: number;
  readonly body: string;
}

/** The response for a stack with these outputs. */
export function stackWith(outputs: Readonly<Record<string, string>>): StackAnswer {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const body = `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
<StackName>ChatRoom</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-23T09:00:00.000Z</CreationTime>
<Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
  return { status: 200, body };
}

const fault = (status: number, code: string, message: string): StackAnswer => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});

export const noSuchStack = fault(400, 'ValidationError', 'Stack with id ChatRoom does not exist');
export const accessDenied = fault(
  403,
  'AccessDenied',
  'User: arn:aws:iam::111122223333:user/somebody is not authorized to perform: cloudformation:DescribeStacks',
);

/** A CloudFormation endpoint that gives one fixed response. */
export class StackDesk {
  /** The received requests. */
  readonly asked: string[] = [];
  /** The environment of a program that uses this endpoint. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #close: () => void;

  private constructor(port: number, close: () => void) {
    this.environment = {
      AWS_ENDPOINT_URL_CLOUDFORMATION: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    this.#close = close;
  }

  static async open({ status, body }: StackAnswer): Promise<StackDesk> {
    const server = createServer(async (request, response) => {
      desk.asked.push(await text(request));
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const desk = new StackDesk((server.address() as AddressInfo).port, () => server.close());
    return desk;
  }

  close(): void {
    this.#close();
  }
}
