// What there is to complete, shell by shell the same: after which words which commands, which options, and what comes
// behind an option or as an argument. The scripts are made of it once, so that a Tab starts no process and asks nobody.

import type { Argument, Command, Option } from 'commander'
import { listCommands } from '../reference/command-tree.ts'

/** What follows: one of some words, a file, or something that only a person knows. */
export type Value = { readonly words: readonly string[] } | 'file' | 'unknown'

export interface CompletedOption {
  /** `--name`, and `-h` where it is short. */
  readonly flags: readonly string[]
  readonly what: string
  /** Undefined where it takes none. */
  readonly value: Value | undefined
}

export interface CompletedCommand {
  /** `models add`; empty for the root. */
  readonly at: string
  readonly below: readonly { readonly name: string; readonly what: string }[]
  readonly options: readonly CompletedOption[]
  readonly argument: Value | undefined
}

const FILES = /^(file|files|folder|source|entry)$/

export function completionTree(program: Command): CompletedCommand[] {
  const global = program.options.map(completedOption)
  const completed = (at: string, command: Command): CompletedCommand => ({
    at,
    below: command.commands.map((c) => ({ name: c.name(), what: firstClause(c.description()) })),
    options: [...(command === program ? [] : command.options.map(completedOption)), ...global, HELP],
    argument: argumentOf(command.registeredArguments),
  })
  return [
    completed('', program),
    ...listCommands(program).map(({ words, command }) => completed(words, command)),
  ]
}

const HELP: CompletedOption = { flags: ['--help', '-h'], what: 'how it is called', value: undefined }

function completedOption(option: Option): CompletedOption {
  const takes = /[<[]([\w,-]+)/.exec(option.flags)?.[1]
  return {
    flags: [option.long, option.short].filter((flag) => flag !== undefined),
    what: firstClause(option.description),
    value: takes === undefined ? undefined : followingOf(takes, option.argChoices),
  }
}

const argumentOf = ([first]: readonly Argument[]): Value | undefined =>
  first && followingOf(first.name(), first.argChoices)

const followingOf = (name: string, choices: readonly string[] | undefined): Value =>
  choices ? { words: choices } : FILES.test(name) ? 'file' : 'unknown'

/** A line of a menu holds no more. */
const firstClause = (text: string): string => text.split(/[;:(]/)[0]!.trim()

/** Between single quotes of a shell of the Bourne family. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
