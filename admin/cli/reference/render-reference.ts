// docs/cli.md and docs/settings.md, made of the commands and of the settings themselves. A test holds them against the
// files; `npm run reference` writes them.

import type { Command, Option } from 'commander'
import { factsOf, fileName } from '#platform/settings/setting.ts'
import { SETTINGS } from '#platform/settings/settings-file.ts'
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
    `${program.description()} Answers go to stdout, with \`--json\` as JSON; news and progress go to stderr, a bar on a`,
    'terminal and a line every tenth elsewhere. `tandem help <command>` shows what stands here.',
    '',
    ...optionLines(program.options),
    '',
    'Settings come from flags, else the environment, else `./tandem.json`, else `~/.config/tandem/config.json`:',
    '[settings](settings.md). Completion: `source <(tandem completion bash)`, likewise zsh and fish.',
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

export function renderSettingsReference(): string {
  const rows = Object.entries(SETTINGS).map(([variable, schema]) => {
    const { what, isSecret, isPath, otherwise } = factsOf(schema)
    const byDefault = schema.safeParse(undefined).data
    const value = otherwise ?? (byDefault === undefined ? '' : String(byDefault))
    const notes = [isSecret ? 'secret' : '', isPath ? 'path' : ''].filter((note) => note !== '')
    const tail = notes.length > 0 ? ` (${notes.join(', ')})` : ''
    return [`\`${variable}\``, `\`${fileName(variable)}\``, cell(`${what}${tail}`), cell(value)]
  })
  return [
    '# Settings',
    '',
    MADE,
    '',
    'The CLI, the control plane, its job workers and the devices’ workers read the same settings from the same places, and',
    'the first that says something counts:',
    '',
    '1. a flag of the command, such as `--url`;',
    '2. the environment, `TANDEM_URL`; an empty variable unsets what files say;',
    '3. the project’s file, `./tandem.json` in the folder that the process is started in, or the one that `TANDEM_CONFIG`',
    '   names; with `TANDEM_CONFIG=` there is none;',
    '4. your own file, `~/.config/tandem/config.json` (below `XDG_CONFIG_HOME` where that is set);',
    '5. the default.',
    '',
    'A file is a JSON object by the names of the second column: `{"port": 7500, "modelDomains": ["com.example"]}`. Paths in',
    'it are relative to it. It is checked whole: a wrong field ends the process with the names of file and field. A project’s',
    'file that somebody else owns, or that everybody may write to, is refused unless `TANDEM_CONFIG` names it. `tandem config',
    'show` prints each value with where it comes from, secrets masked; `tandem config set <name> <value>` writes one.',
    '',
    ...tableOf(['environment', 'file', 'what', 'otherwise'], rows),
    '',
  ].join('\n')
}
