import { describe, expect, it } from 'vitest';
import { list, map, object, quoted, writeHcl } from './hcl.ts';

describe('writeHcl', () => {
  it('aligns runs of one-line attributes and nothing else', () => {
    const text = writeHcl([
      {
        block: 'resource "aws_x" "y"',
        items: [
          ['name', quoted('a')],
          ['instance_type', quoted('b')],
          ['tags', map({ Name: quoted('c'), 'k8s.io/x': quoted('d') })],
          ['last', 'true'],
          '',
          '# a remark',
          { block: 'empty', items: [] },
          ['list', list([quoted('e'), '1'])],
        ],
      },
    ]);
    expect(text).toBe(`resource "aws_x" "y" {
  name          = "a"
  instance_type = "b"
  tags = {
    "Name"     = "c"
    "k8s.io/x" = "d"
  }
  last = true

  # a remark
  empty {}
  list = ["e", 1]
}
`);
  });

  it('interpolates nothing in quoted text', () => {
    expect(quoted('a ${b} %{c} "d"\n')).toBe('"a $${b} %%{c} \\"d\\"\\n"');
  });

  it.each([
    ['${', '"$${"'],
    ['$${', '"$$${"'],
    ['${a}${b}', '"$${a}$${b}"'],
    ['%{ if true }', '"%%{ if true }"'],
    ['$5 and 100%', '"$5 and 100%"'],
    ['\\b \b \f', '"\\\\b \\u0008 \\u000c"'],
  ])('escapes %j', (text, written) => expect(quoted(text)).toBe(written));

  it('indents the lines of a value that has several, also in nested blocks', () => {
    const text = writeHcl([
      {
        block: 'locals',
        items: [
          ['a', '1'],
          ['members', map({ a: quoted('10.0.0.1'), 'a-longer': quoted('10.0.0.2') })],
          { block: 'inner', items: [['long_key', map({ k: object({ x: '1' }) })]] },
        ],
      },
    ]);
    expect(text).toBe(`locals {
  a = 1
  members = {
    "a"        = "10.0.0.1"
    "a-longer" = "10.0.0.2"
  }
  inner {
    long_key = {
      "k" = {
        x = 1
      }
    }
  }
}
`);
  });

  it('writes empty maps on one line and objects with bare keys', () => {
    expect(map({})).toBe('{}');
    expect(object({ source: '"hashicorp/aws"', version: '">= 6.0"' })).toBe(
      '{\n  source  = "hashicorp/aws"\n  version = ">= 6.0"\n}',
    );
  });
});
