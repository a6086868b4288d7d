import { describe, expect, test } from 'vitest';
import { contextOfCdkJson, parseConfig } from '../../infra/config.ts';
import { TokenBucket } from '../../local/gateway/throttle.ts';
import { attacks } from './attack.ts';
import { ceiling, costTable, throttleOf } from './ceiling.ts';

const { throttling } = parseConfig(contextOfCdkJson()['config']);

test('all attackers together cost at most US$ 40 a day', () => {
  const dearest = ceiling(throttling, costTable())
    .toSorted((one, other) => other.usdPerDay - one.usdPerDay)
    .slice(0, 6)
    .map(({ what, usdPerDay }) => `${what} ${usdPerDay.toFixed(2)}`);
  const advice = `Lower a throttle in cdk.json. The dearest in US$ a day: ${dearest.join(', ')}`;
  for (const { what, usdPerDay } of attacks()) expect(usdPerDay, `${what}. ${advice}`).toBeLessThanOrEqual(40);
});

test('one address without an account costs at most US$ 5 a day', () => {
  const found = attacks().filter(({ by }) => by === 'one address without an account');
  expect(found).toHaveLength(1);
  for (const { what, usdPerDay } of found) expect(usdPerDay, what).toBeLessThanOrEqual(5);
});

describe('the throttles of cdk.json refuse nothing', () => {
  /** Plays requests, each at a second and of a route. Returns the routes that were refused. */
  function refused(requests: readonly (readonly [second: number, route: string])[]): string[] {
    let now = 0;
    const buckets = new Map<string, TokenBucket>();
    return requests
      .toSorted(([one], [other]) => one - other)
      .flatMap(([second, route]) => {
        now = second * 1000;
        const throttle = route === 'page' ? throttling.page : throttleOf(throttling, route);
        const bucket = buckets.get(route) ?? new TokenBucket(throttle, () => now);
        buckets.set(route, bucket);
        return bucket.take() ? [] : [route];
      });
  }
  const people = (count: number) => Array.from({ length: count }, (_, person) => person);
  /** A request of a person every so many seconds of an hour. */
  const every = (seconds: number, person: number, route: string) =>
    Array.from({ length: Math.floor(3600 / seconds) }, (_, i) => [i * seconds + person / 100, route] as const);

  test('to twenty people who all talk for an hour, to each other and to all', () => {
    expect(
      refused(
        people(20).flatMap((person) => [
          ...every(6, person, 'message'),
          ...every(60, person, 'broadcast'),
          ...every(2, person, 'ack'),
          ...every(50, person, 'ping'),
          ...every(120, person, 'whoelse'),
        ]),
      ),
    ).toEqual([]);
  });

  test('to a hundred people who all come back within ten seconds of a start, and again when they lose the network', () => {
    const comeBack = (from: number, how: 'login' | 'resume') =>
      people(100).flatMap((person) =>
        ['$connect', how, 'sync', 'ack', 'fileget', 'whoelse', 'blocklist'].map(
          (route) => [from + person / 10, route] as const,
        ),
      );
    const goAway = (at: number, ...routes: string[]) =>
      people(100).flatMap(() => routes.map((route) => [at, route] as const));
    // Each of them loads the page for the first time: with its scripts, styles, icons and the room's address.
    const pages = people(100).flatMap((person) => Array<readonly [number, string]>(8).fill([person / 10, 'page']));
    expect(refused(pages)).toEqual([]);
    const lost = [...goAway(290, '$disconnect'), ...comeBack(300, 'resume')];
    const closed = [...goAway(590, 'logout', '$disconnect'), ...comeBack(600, 'login')];
    expect(refused([...comeBack(0, 'login'), ...lost, ...closed])).toEqual([]);
  });
});
