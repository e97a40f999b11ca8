import { expect, it } from 'vitest';
import { exampleTexts, tryMutation } from './mutations.ts';

it('2,000 damaged documents: no crash, every refusal has a place', { timeout: 170_000 }, () => {
  const texts = exampleTexts();
  const outcomes = Array.from({ length: 2_000 }, (_, seed) => tryMutation(texts, seed));
  expect(
    outcomes.filter(({ fault }) => fault !== undefined).map(({ seed, fault }) => `seed ${seed}: ${fault}`),
  ).toEqual([]);
  expect(outcomes.filter(({ accepted }) => accepted).length).toBeGreaterThan(50);
  expect(outcomes.filter(({ accepted }) => !accepted).length).toBeGreaterThan(500);
});
