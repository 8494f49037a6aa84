// docs/cli.md, made of the commands themselves. A test holds it against the file; `npm run reference` writes it. Settings
// have a page of their own, docs/configuration.md.

import type { Command, Option } from 'commander'
import { EXIT_CODES } from '../shell/end-of-command.ts'
import { listCommands } from './command-tree.ts'
import { examplesOf } from './examples.ts'

/** Of a cell of a table. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`)

const MADE = '<!-- Made by `npm run reference`: change the commands, not this file. -->'

export function renderCliReference(program: Command): string {
  const commands = listCommands(program)
  return [
    '# `tandem`, command by command',
    '',
    MADE,
    '',
    `${program.description()}`,
    '',
    'Answers go to stdout, with `--json` as JSON; news and progress go to stderr, a bar on a terminal and a line every tenth',
    'elsewhere. `tandem help <command>` shows what stands here.',
    '',
    ...optionLines(program.options),
    '',
    'Settings come from flags, else the environment, else `./tandem.json`, else `~/.config/tandem/config.json`:',
    '[Configuration](configuration.md). Completion: `source <(tandem completion bash)`, likewise zsh and fish.',
    '',
    ...tableOf(
      ['exit code', ''],
      EXIT_CODES.map(({ code, what }) => [String(code), what]),
    ),
    '',
    'Ctrl-C undoes nothing: uploads go on from where they were when the command is given again, and what devices and the',
    'control plane were asked for goes on without the CLI, which says how to come back to it.',
    ...stages(program).flatMap((stage) => [
      '',
      `## ${stage.replace(/:$/, '')}`,
      ...commands
        .filter(({ words }) => groupOf(program, words) === stage)
        .flatMap(({ words, command }) => ['', ...sectionOf(words, command)]),
    ]),
    '',
  ].join('\n')
}

const stages = (program: Command): string[] => [
  ...new Set(program.commands.map((command) => command.helpGroup())),
]

const groupOf = (program: Command, words: string): string =>
  program.commands.find((command) => command.name() === words.split(' ')[0])!.helpGroup()

function sectionOf(words: string, command: Command): string[] {
  const depth = words.includes(' ') ? '####' : '###'
  const examples = examplesOf(words)
  const holdsOnly = command.commands.length > 0 && examples.length === 0
  const usage = holdsOnly ? [] : ['', '```', `tandem ${words} ${command.usage()}`, '```']
  const described = command.registeredArguments.filter(({ description }) => description !== '')
  return [
    `${depth} \`tandem ${words}\``,
    '',
    sentence(command.description()),
    ...usage,
    ...(described.length > 0 ? [''] : []),
    ...described.map((a) => `- \`${a.name()}\`: ${a.description}${choicesOf(a.argChoices)}`),
    ...(command.options.length > 0 ? [''] : []),
    ...optionLines(command.options),
    ...(examples.length > 0 ? ['', '```sh', ...examples, '```'] : []),
  ]
}

const optionLines = (options: readonly Option[]): string[] =>
  options.length === 0
    ? []
    : tableOf(
        ['option', ''],
        options.map((option) => [`\`${option.flags.replaceAll('|', '\\|')}\``, cell(optionText(option))]),
      )

function optionText({ description, argChoices, defaultValue, mandatory }: Option): string {
  const isTold = defaultValue !== undefined && defaultValue !== false && !Array.isArray(defaultValue)
  const isPlain = typeof defaultValue === 'string' || typeof defaultValue === 'number'
  return [
    description,
    choicesOf(argChoices),
    isTold && isPlain ? ` (default ${defaultValue})` : '',
    mandatory ? ' **(required)**' : '',
  ].join('')
}

const choicesOf = (choices: readonly string[] | undefined): string =>
  choices === undefined ? '' : ` (one of ${choices.join(', ')})`

const sentence = (text: string): string =>
  text === '' ? text : `${text[0]!.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
