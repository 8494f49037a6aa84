// The options by which routers are trained and judged, the same for every command that does either.

import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ThresholdPolicy } from '#contract/results/threshold-policy.ts'

export const share = (text: string): number => {
  const value = Number(text)
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('expected a share such as 0.3')
  return value
}

export const integer = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a whole number')
  return Number(text)
}

const joules = (text: string): number => {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('expected joules such as 0.4')
  return value
}

const guarantee = (text: string): { alpha: number; delta?: number } => {
  const [alpha, delta, ...more] = text.split(',').map(share)
  if (alpha === undefined || more.length > 0)
    throw new InvalidArgumentError('expected one or two shares such as 0.05,0.05')
  return delta === undefined ? { alpha } : { alpha, delta }
}

export interface PolicyFlags {
  readonly offload?: number
  readonly accuracy?: number
  readonly energyBudget?: number
  readonly guarantee?: { readonly alpha: number; readonly delta?: number }
}

export const POLICY_FLAGS = ['offload', 'accuracy', 'energyBudget', 'guarantee'] as const

/** Four ways to say where the threshold lies; one at a time. */
export function withPolicyOptions(command: Command): Command {
  const options = [
    new Option('--offload <share>', 'share of images to send away (default 0.3)').argParser(share),
    new Option('--accuracy <share>', 'send as few as reach this top-1').argParser(share),
    new Option('--energy-budget <J>', 'best top-1 for this mean energy at the device').argParser(joules),
    new Option(
      '--guarantee <alpha,delta>',
      'of the kept images at most alpha are wrong where the edge is right, with confidence 1 - delta (0.05)',
    ).argParser(guarantee),
  ]
  for (const [i, option] of options.entries())
    command.addOption(option.conflicts(POLICY_FLAGS.filter((_, other) => other !== i)))
  return command
}

/** Undefined where no flag was given: the control plane has the default. */
export function policyOf(flags: PolicyFlags): ThresholdPolicy | undefined {
  if (flags.offload !== undefined) return { by: 'offload', target: flags.offload }
  if (flags.accuracy !== undefined) return { by: 'accuracy', target: flags.accuracy }
  if (flags.energyBudget !== undefined) return { by: 'energy', budgetJ: flags.energyBudget }
  if (flags.guarantee !== undefined) return { by: 'guarantee', delta: 0.05, ...flags.guarantee }
  return undefined
}

/** How the images are split. Defaults are the control plane's, told here for a person. */
export function withSplitOptions(command: Command): Command {
  const duplicates = new Option('--duplicates <what>', 'images with the same pixels (default refuse)')
  return command
    .option('--selection <id>', 'the newest where left out')
    .option('--folds <n>', 'cross-validation folds (default 10)', integer)
    .option('--seed <n>', 'same seed, same figures (default 1)', integer)
    .addOption(duplicates.choices(['refuse', 'leave-out']))
}

/** The same, and what a router that is trained on them looks at. */
export function withFoldOptions(command: Command, featureChoice: 'paper' | 'nested'): Command {
  const words = `the paper’s seven, or chosen anew inside every fold (default ${featureChoice})`
  const features = new Option('--features <choice>', words).choices(['paper', 'nested'])
  return withSplitOptions(command).addOption(features)
}
