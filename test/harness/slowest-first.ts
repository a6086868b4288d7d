import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest test files. If one of them started last, it would keep a single core busy at the end of a run. */
const slow = [
  'test/connection/marathon',
  'test/races/repeats',
  'test/connection/heartbeat',
  'test/smoke/smoke',
  'test/scenes/doctor',
  'test/web/losses',
  'test/scenes/addresses',
  'test/web/attention',
  'test/web/talking',
  'test/scenes/file-transfer',
  'test/simulator/simulator',
  'test/scenes/backup-steps',
  'test/scenes/file-crashes',
  'test/scenes/restore.',
  'client/script/script',
  'local/room',
];

const rank = ({ moduleId }: TestSpecification) => {
  const index = slow.findIndex((path) => moduleId.includes(path));
  return index < 0 ? slow.length : index;
};

/** Runs the slowest test files first, then the rest in Vitest's own order: by size or by their last duration. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
