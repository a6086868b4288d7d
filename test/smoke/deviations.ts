import type { EmulatorName } from '../../scripts/emulator/emulators.ts';

/** A check that an emulator is known to answer differently from AWS. */
export interface Deviation {
  /** The check's name. */
  readonly check: string;
  readonly why: string;
  /** What the emulator does instead. Any other observation is a new deviation. */
  readonly observed?: string;
  /** The check is not run. */
  readonly skip?: true;
}

const frames = 'binary frames and frames of any size reach the function';
const refusals = 'every refused $connect is answered 403';
const closeCodes = '$disconnect hears of every close by the client as 1006, a loss';
const logGroup = 'functions do not get AWS_LAMBDA_LOG_GROUP_NAME, so the admin function finds no log';

/** What each emulator is known to do differently. */
export const smokeDeviations: Readonly<Record<EmulatorName, readonly Deviation[]>> = {
  ministack: [
    { check: 'a binary frame', why: frames, observed: 'still open' },
    { check: 'a frame of 33 KB', why: frames, observed: 'still open' },
    { check: 'a message of 150 KB in frames of 25 KB', why: frames, observed: 'still open' },
    { check: 'a download after the file has ended', why: 'S3 answers without regard to roles', observed: '404' },
    { check: 'a client closes its connection with 1000', why: closeCodes, skip: true },
    { check: 'a client closes its connection without a code', why: closeCodes, skip: true },
    {
      check: 'a new client of a full room',
      why: refusals,
      observed: '403, and 101 when there is space again',
    },
    {
      check: 'a stop of the room',
      why: refusals,
      observed: 'stop is the last frame, closed with 1000; then 403, and 101 after the start',
    },
    {
      check: 'a connection from the page, to the address that the page is told',
      why: 'the page is read at another address than that of its origin',
      observed: '403; from another page 403',
    },
    { check: 'lastActiveAt moves on a ping', why: logGroup, skip: true },
    { check: 'lastActiveAt moves on a post by the room', why: logGroup, skip: true },
    { check: 'the log has the commands of this run', why: logGroup, skip: true },
    {
      check: "metrics of API Gateway, of Lambda and of the room's own",
      why: 'no service writes metrics',
      skip: true,
    },
  ],
  another: [],
};
