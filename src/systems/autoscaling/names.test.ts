import { expect, it } from 'vitest';
import { identifier } from './names.ts';

it('makes Terraform identifiers', () => {
  expect(identifier('gpu-big')).toBe('gpu_big');
  expect(identifier('2nd')).toBe('pool_2nd');
});
