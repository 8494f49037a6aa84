// What is wrong with a call of `tandem`, by its tree of commands alone: a command, an option, a value or a number of
// arguments that do not exist. Nothing is run.

import { type Command, CommanderError, type Option } from 'commander'

/** `isPart`: named in a sentence, where arguments may be missing. */
export function wrongWithCall(
  program: Command,
  words: readonly string[],
  isPart: boolean,
): string | undefined {
  let command = program
  let given = 0
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    // Commander's own, of any command.
    if (word === 'help') return undefined
    if (word.startsWith('-') && word !== '-') {
      const [flag, told] = word.split(/=(.*)/s) as [string, string | undefined]
      if (flag === '--help' || flag === '-h') return undefined
      const option = optionsOf(command).find(({ long, short }) => long === flag || short === flag)
      if (option === undefined) return `"${nameOf(command)}" has no option "${flag}"`
      const value = told ?? (option.required ? words[++i] : undefined)
      if (option.required && value === undefined && !isPart) return `option "${flag}" has no value`
      const wrong = wrongWithValue(option, value)
      if (wrong !== undefined) return `option "${flag}": ${wrong}`
      continue
    }
    const next = given === 0 ? command.commands.find((c) => c.name() === word) : undefined
    if (next) command = next
    else if (command.commands.length > 0) return `"${nameOf(command)}" has no command "${word}"`
    else given++
  }
  return isPart ? undefined : wrongWithCount(command, given)
}

function wrongWithCount(command: Command, given: number): string | undefined {
  if (command.commands.length > 0 && given === 0 && command.registeredArguments.length === 0)
    return isWhole(command) ? undefined : `"${nameOf(command)}" is no command by itself`
  const all = command.registeredArguments
  const least = all.filter((argument) => argument.required).length
  const most = all.some((argument) => argument.variadic) ? Number.POSITIVE_INFINITY : all.length
  return given < least || given > most ? `"${nameOf(command)}" is given ${given} arguments` : undefined
}

/** One that does something and has commands below it, such as `tandem profile`. */
const isWhole = (command: Command): boolean =>
  (command as unknown as { _actionHandler: unknown })._actionHandler != null

/** What is only named, `<id>` or `$id`, has no value yet. */
function wrongWithValue(option: Option, value: string | undefined): string | undefined {
  if (value === undefined || option.parseArg === undefined || /[<$]|^[A-Z][A-Z_-]*$/.test(value))
    return undefined
  try {
    option.parseArg(value, option.defaultValue)
    return undefined
  } catch (error) {
    if (error instanceof CommanderError) return error.message
    throw error
  }
}

const optionsOf = (command: Command): Option[] => [
  ...command.options,
  ...(command.parent ? optionsOf(command.parent) : []),
]

const nameOf = (command: Command): string =>
  command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()
