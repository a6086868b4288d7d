import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  accessDenied,
  noSuchStack,
  type StackAnswer,
  StackDesk,
  stackWith,
} from '../../client/testing/cloud-formation.ts';
import { adminOfStack } from '../harness/console.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

/** Runs the console against this CloudFormation response and the local room's Lambda. */
async function maxCon(answer: StackAnswer, more: Readonly<Record<string, string>> = {}) {
  const desk = await StackDesk.open(answer);
  onTestFinished(() => desk.close());
  const { origin, region, credentials } = room.local;
  const ran = await adminOfStack('ChatRoom', ['MaxCon'], {
    ...desk.environment,
    AWS_ENDPOINT_URL_LAMBDA: origin,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    ...more,
  });
  return { ...ran, asked: desk.asked };
}

/** A stack with the output of the admin function. */
const ofRoom = () => stackWith(room.local.outputs);

describe("a deployed stack's room", () => {
  test('is administered through the function in the output of the stack', async () => {
    expect(await maxCon(ofRoom())).toEqual({
      code: 0,
      lines: ['[admin] MaxCon is:', '100'],
      complaints: [],
      asked: [expect.stringContaining('StackName=ChatRoom')],
    });
  });

  test.each([
    [
      'the stack is not a room',
      () => stackWith({}),
      {},
      'The stack ChatRoom has no output AdminFunction, so it is not a chat room.',
    ],
    ['there is none', () => noSuchStack, {}, 'could not be looked up: Stack with id ChatRoom does not exist'],
    [
      'it may not be looked up',
      () => accessDenied,
      {},
      'could not be looked up: User: arn:aws:iam::111122223333:user/somebody is not',
    ],
    [
      'its function may not be invoked',
      ofRoom,
      { AWS_SECRET_ACCESS_KEY: 'wrong' },
      "The room's admin function could not be asked: ",
    ],
  ])('causes one error line and an exit code if %s', async (_, answer, environment, complaint) => {
    const { code, lines, complaints } = await maxCon(answer(), environment);
    expect({ code, lines }).toEqual({ code: 3, lines: [] });
    expect(complaints).toEqual([expect.stringContaining(complaint)]);
  });
});
