/**
 * The hook of pre-commit and the steps of the GitHub action, run as pre-commit and GitHub's runner run them, from a clone.
 * What cannot be run here is `uses: actions/setup-node`, which is the runner's own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const PRE_COMMIT = 'pre-commit==4.7.0';
const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-integrations-'));
const clone = join(folder, 'holdfast');
const work = join(folder, 'work');
const bin = join(folder, 'bin');
const fail = readFileSync(join(root, 'test/fixtures/check/PD03/fail.yaml'), 'utf8');

/** The Node of this process comes first, as one that a person or the runner set up; nodeenv asks for nodejs. */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(npm_(?!config_registry)|NODE_|VITEST|INIT_CWD|GIT_)/i.test(name) || name === 'NODE_EXTRA_CA_CERTS',
    ),
  ),
  PATH: [bin, ...(process.env['PATH'] ?? '').split(':').filter((entry) => !entry.includes('node_modules'))].join(':'),
  PRE_COMMIT_HOME: join(folder, 'home'),
};

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  command: string,
  args: readonly string[],
  more: { cwd?: string; env?: Record<string, string> } = {},
): Said {
  return spawnSync(command, [...args], {
    cwd: more.cwd ?? work,
    env: { ...env, ...more.env },
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
}

function done(said: Said): Said {
  expect(said.status, said.stdout + said.stderr).toBe(0);
  return said;
}

beforeAll(() => {
  mkdirSync(bin);
  mkdirSync(join(work, 'manifests'), { recursive: true });
  for (const name of ['node', 'nodejs']) symlinkSync(process.execPath, join(bin, name));
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone], { stdio: ['ignore', 'ignore', 'inherit'] });
  writeFileSync(join(work, 'manifests/shop.yaml'), fail);
  writeFileSync(join(work, 'package.json'), '{"name": "shop"}\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the hook of pre-commit', () => {
  const venv = join(folder, 'venv');
  const hook = (args = ''): Said => {
    const rev = execFileSync('git', ['-C', clone, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    const config = `repos:\n- repo: ${clone}\n  rev: ${rev}\n  hooks:\n  - id: holdfast-check\n${args}`;
    writeFileSync(join(work, '.pre-commit-config.yaml'), config);
    done(run('git', ['add', '-A']));
    return run(join(venv, 'bin/pre-commit'), ['run', '--verbose']);
  };

  beforeAll(() => {
    done(run('python3', ['-m', 'venv', venv]));
    done(run(join(venv, 'bin/pip'), ['install', '--quiet', PRE_COMMIT]));
    done(run('git', ['init', '--quiet', '.']));
  });

  it('is installed from the clone and checks the repository, not the staged files alone', () => {
    const said = hook();
    expect(said.status, said.stdout + said.stderr).toBe(1);
    expect(said.stdout).toContain('manifests/shop.yaml:');
    expect(said.stdout).toContain('PD03');
  });

  it('takes options of the command line', () => {
    expect(done(hook('    args: [-f, manifests, --fail-on, never]\n')).stdout).toContain('PD03');
  });

  it('says what is wrong with a repository in which there is nothing to check', () => {
    mkdirSync(join(work, 'values'), { recursive: true });
    writeFileSync(join(work, 'values/values.yaml'), 'a: 1\n');
    const said = hook('    args: [-f, values]\n');
    expect(said.stdout).toContain('values/values.yaml:1:1: the document has no apiVersion and no kind');
    expect(said.status).toBe(1);
  });
});

describe('the GitHub action', () => {
  interface Step {
    readonly name?: string;
    readonly run?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly 'working-directory'?: string;
  }
  const { inputs, runs } = parse(readFileSync(join(root, 'integrations/github-action/action.yml'), 'utf8')) as {
    readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
    readonly runs: { readonly steps: readonly Step[] };
  };

  /** As the runner runs a step of a composite action with `shell: bash`: github.com/actions/runner, ScriptHandlerHelpers.cs. */
  function step(name: string, given: Readonly<Record<string, string>>, more: Record<string, string> = {}): Said {
    const one = runs.steps.find((candidate) => candidate.name === name);
    const value = (text: string): string =>
      text.replaceAll(/\$\{\{ (inputs|github)\.([\w-]+) \}\}/g, (_, context: string, key: string) =>
        context === 'github'
          ? ({ action_path: join(clone, 'integrations/github-action') }[key] ?? `no ${key}`)
          : (given[key] ?? inputs[key]?.default ?? ''),
      );
    const script = join(folder, 'step.sh');
    writeFileSync(script, one?.run ?? 'exit 99');
    const variables = Object.entries(one?.env ?? {}).map(([key, text]) => [key, value(text)]);
    return run('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', script], {
      cwd: one?.['working-directory'] === undefined ? work : value(one['working-directory']),
      env: { ...more, ...(Object.fromEntries(variables) as Record<string, string>) },
    });
  }

  it('builds, also where a workflow is set to production', () => {
    done(step('Build holdfast', {}, { NODE_ENV: 'production' }));
    expect(existsSync(join(clone, 'dist/cli/main.js'))).toBe(true);
  });

  it('annotates the lines and fails', () => {
    const said = step('Check', { paths: 'manifests' });
    expect(said.stdout).toMatch(/^::error file=manifests\/shop\.yaml,line=\d+,col=\d+,title=PD03 /m);
    expect(said.status).toBe(1);
  });

  it('takes several paths, one to a line too, and more options', () => {
    cpSync(join(work, 'manifests'), join(work, 'more'), { recursive: true });
    writeFileSync(join(work, 'more/shop.yaml'), fail.replaceAll('namespace: shop', 'namespace: other'));
    for (const paths of ['manifests more', 'manifests\nmore\n']) {
      const said = done(step('Check', { paths, arguments: '--rule PD03\n--strict', 'fail-on': 'never' }));
      expect(said.stdout).toContain('file=manifests/shop.yaml');
      expect(said.stdout).toContain('file=more/shop.yaml');
      expect(said.stdout).not.toContain('title=CP01');
    }
  });

  it('writes SARIF beside them', () => {
    const said = step('Check', { paths: 'manifests', sarif: 'out.sarif' });
    expect(said.status).toBe(1);
    expect(JSON.parse(readFileSync(join(work, 'out.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' });
    expect(said.stdout).toContain('::error ');
  });

  it.each([
    ['no paths', ''],
    ['a path that is not there', 'none'],
    ['what would be a command', '$(touch hacked) `touch hacked`'],
  ])('%s is an error, never a green job', (_name, paths) => {
    const said = step('Check', { paths });
    expect(said.status).toBe(2);
    expect(said.stderr).toContain('error: ');
    expect(existsSync(join(work, 'hacked'))).toBe(false);
  });
});
