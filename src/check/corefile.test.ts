import { expect, it } from 'vitest';
import { parseCorefile } from './corefile.ts';

it('reads zones and directives, not what is within directives', () => {
  const text = `# all names
.:53 {
    errors # to stdout
    kubernetes cluster.local {
        ready
    }
    forward . 192.0.2.1 192.0.2.2 {
        max_concurrent 1000
    }
}
dns://corp.example.com:5353, example.org {
    cache 30
}`;
  expect(parseCorefile(text)).toEqual([
    {
      zones: ['.'],
      directives: [
        { name: 'errors', arguments: [] },
        { name: 'kubernetes', arguments: ['cluster.local'] },
        { name: 'forward', arguments: ['.', '192.0.2.1', '192.0.2.2'] },
      ],
    },
    { zones: ['corp.example.com', 'example.org'], directives: [{ name: 'cache', arguments: ['30'] }] },
  ]);
});

it('does not read what is not closed', () => {
  expect(parseCorefile('.:53 {\n errors\n')).toBeUndefined();
  expect(parseCorefile('}\n')).toBeUndefined();
});
