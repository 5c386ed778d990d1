import { expect, test } from 'vitest';
import { parseRedisUrl } from '../../../src/clients/cache/redis-address.ts';

test('one server is its own URL', () => {
  const url = 'rediss://rina:secret@redis.example.com:6380/2';
  expect(parseRedisUrl(url)).toEqual({ form: 'server', urls: [url], master: undefined });
});

test('a cluster has a URL for each node, all with the login', () => {
  expect(parseRedisUrl('redis+cluster://rina:s%2Fe%40t@a.example.com:6379,10.0.0.2:6380,[::1]:6381')).toEqual({
    form: 'cluster',
    urls: [
      'redis://rina:s%2Fe%40t@a.example.com:6379',
      'redis://rina:s%2Fe%40t@10.0.0.2:6380',
      'redis://rina:s%2Fe%40t@[::1]:6381',
    ],
    master: undefined,
  });
});

test('Sentinels have a login of their own, or none, and the master has that of the URL', () => {
  expect(parseRedisUrl('rediss+sentinel://:s%2Fe%40t@a:26379,b/my%20master')).toEqual({
    form: 'sentinel',
    urls: ['rediss://a:26379', 'rediss://b'],
    master: { name: 'my master', isTls: true, login: { password: 's/e@t' } },
  });
  expect(parseRedisUrl('redis+sentinel://a:26379/prices?sentinelUsername=watch&sentinelPassword=p%40w')).toEqual({
    form: 'sentinel',
    urls: ['redis://watch:p%40w@a:26379'],
    master: { name: 'prices', isTls: false, login: {} },
  });
});
