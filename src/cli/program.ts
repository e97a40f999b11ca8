/** The command tree as a commander program: parsing, help and usage errors. */
import { Argument, Command, CommanderError, Option } from 'commander';
import type { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import type { OptionValue } from './invocation.ts';
import { commands } from './tree.ts';
import { commonOptions } from './tree-options.ts';
import type { ArgumentWords, CommandWords, OptionWords } from './words.ts';

/** Help is broken at this width unless the terminal is narrower. */
const HELP_WIDTH = 100;

/** Parses, runs and gives the exit code; errors of the command itself are thrown on. */
export async function runProgram(argv: readonly string[], context: Context): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = buildProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(normalized(argv), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

/** Without arguments people want help, and many type --version. */
function normalized(argv: readonly string[]): string[] {
  if (argv.length === 0) return ['--help'];
  return argv[0] === '--version' || argv[0] === '-V' ? ['version', ...argv.slice(1)] : [...argv];
}

interface Build {
  readonly context: Context;
  readonly done: (exitCode: number) => void;
  /** Names of the commands above, `holdfast` first. */
  readonly above: readonly string[];
}

function buildProgram(context: Context, done: (exitCode: number) => void): Command {
  const program = prepared(new Command('holdfast'), { context, done, above: [] })
    .description('Plan and render Kubernetes clusters that stay up: one document in, evidence out.')
    .usage('<command> [options]')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', '\nholdfast <command> --help shows options and examples. Start with: holdfast demo');
  for (const words of commands) program.addCommand(buildCommand(words, { context, done, above: ['holdfast'] }));
  return program;
}

function buildCommand(words: CommandWords, build: Build): Command {
  const command = prepared(new Command(words.name), build).summary(words.summary).description(words.description);
  for (const argument of words.arguments ?? []) command.addArgument(buildArgument(argument));
  for (const option of [...(words.options ?? []), ...(words.load ? commonOptions : [])])
    command.addOption(buildOption(option));
  if (words.examples) command.addHelpText('after', examplesText(words));
  const { load } = words;
  if (load) command.action(() => runLoaded(command, load, build));
  else command.helpCommand(false);
  for (const child of words.commands ?? [])
    command.addCommand(buildCommand(child, { ...build, above: [...build.above, words.name] }));
  return command;
}

async function runLoaded(
  command: Command,
  load: NonNullable<CommandWords['load']>,
  { context, done }: Build,
): Promise<void> {
  const { run } = await load();
  const given = command.processedArgs as readonly (string | readonly string[] | undefined)[];
  const args = given.flat().filter((arg) => arg !== undefined);
  done(await run({ args, options: command.opts<Record<string, OptionValue>>(), context }));
}

/** Nothing exits or prints by itself: the exit code and the sinks are ours. */
function prepared(command: Command, { context, above }: Build): Command {
  const path = [...above, command.name()].join(' ');
  return command
    .exitOverride()
    .showHelpAfterError(`See ${path} --help.`)
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ subcommandTerm: termOf })
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => Math.min(HELP_WIDTH, context.stdout.columns ?? HELP_WIDTH),
      getErrHelpWidth: () => Math.min(HELP_WIDTH, context.stderr.columns ?? HELP_WIDTH),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

/** Every command has options; saying so on every line of the list says nothing. */
function termOf(command: Command): string {
  const args = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? ` <${name}>` : ` [${name}]`;
  });
  return `${command.name()}${args.join('')}`;
}

function buildArgument({ name, description, required, variadic, choices }: ArgumentWords): Argument {
  const inner = variadic === true ? `${name}...` : name;
  const argument = new Argument(required === true ? `<${inner}>` : `[${inner}]`, description);
  return choices ? argument.choices(choices) : argument;
}

function buildOption({ flags, description, choices, fallback, repeat }: OptionWords): Option {
  const option = new Option(flags, description);
  if (choices) option.choices(choices);
  if (fallback !== undefined) option.default(fallback);
  if (repeat === true)
    option.argParser((value: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), value]);
  return option;
}

function examplesText({ examples = [] }: CommandWords): string {
  const longest = Math.max(...examples.map(({ run }) => run.length));
  return `\nExamples:\n${examples.map(({ run, does }) => `  ${run.padEnd(longest)}   # ${does}`).join('\n')}`;
}
