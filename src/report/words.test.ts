import { expect, it } from 'vitest';
import { priceSentence } from './words.ts';

it('keeps parts apart that hold commas themselves', () => {
  const price = { rows: [], perMonth: { amount: 60, currency: 'USD' } };
  expect(priceSentence({ ...price, lacks: ['etcd', 'pool general', 'API balancer'] })).toBe(
    '60 USD a month are known; the sum lacks etcd, pool general and API balancer.',
  );
  expect(priceSentence({ ...price, lacks: ['pool general, storage', 'API balancer'] })).toBe(
    '60 USD a month are known; the sum lacks pool general, storage; API balancer.',
  );
});
