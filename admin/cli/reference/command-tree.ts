// The commands as a list, each by the words that call it: what the reference, the completion and the examples go by.

import type { Command } from 'commander'

export interface ListedCommand {
  /** `models add`. */
  readonly words: string
  readonly command: Command
  /** It does something itself; others only hold commands. */
  readonly isCall: boolean
}

/** In the order of the tree, without its root. */
export function listCommands(parent: Command, before: readonly string[] = []): ListedCommand[] {
  return parent.commands.flatMap((command) => {
    const words = [...before, command.name()]
    const isCall =
      command.commands.length === 0 || command.registeredArguments.length > 0 || hasAction(command)
    return [{ words: words.join(' '), command, isCall }, ...listCommands(command, words)]
  })
}

/** `profile` measures by itself, and `profile list` is below it; its options tell. */
const hasAction = (command: Command): boolean => command.options.length > 0
