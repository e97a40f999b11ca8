/** `terraform fmt -check`: the files parse as Terraform's language and are in its canonical form. */
import { run } from '../../src/lab/process/run.ts';
import type { Judge } from './judge.ts';

/** `validate` needs the providers' schemas, which are downloaded at `init`; fmt needs nothing but the program. */
export const terraformFmt: Judge = {
  name: 'terraform-fmt',
  decides:
    "The file parses as Terraform's language and has its canonical form; arguments are not checked against a provider.",
  judges: ({ artifact }) => artifact.form === 'text' && artifact.syntax === 'hcl',
  version: async () => {
    const result = await run('terraform', ['version', '-json'], { environment: { PATH: process.env['PATH'] } }).catch(
      () => undefined,
    );
    if (result?.code !== 0) return undefined;
    return (JSON.parse(result.stdout) as { terraform_version: string }).terraform_version;
  },
  judge: async (directory, { name }) => {
    const { code, stdout, stderr } = await run('terraform', ['fmt', '-check', '-diff', '-no-color', name], {
      directory,
    });
    return { verdict: code === 0 ? 'accepted' : 'refused', log: stdout + stderr };
  },
};
