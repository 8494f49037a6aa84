// What a deployment asks its devices to look at twice and to keep, as a person types it. Nothing where it is left out.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { share } from './plan-options.ts'

export interface ObserveOptions {
  readonly auditShare?: number
  readonly captureQuota?: number
}

const UNITS_MB: Record<string, number> = { kb: 1 / 1024, mb: 1, gb: 1024 }

export function megabytes(text: string): number {
  const [, count, unit = 'mb'] = /^(\d+(?:\.\d+)?)(kb|mb|gb)?$/i.exec(text) ?? []
  const value = Number(count) * UNITS_MB[unit.toLowerCase()]!
  if (!(value > 0)) throw new InvalidArgumentError('expected a size such as 200mb or 2gb')
  return value
}

export const withObserveOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--audit-share <share>',
        'of the images that stay, send so many to the edge as well, to learn how often the tiers disagree',
      ).argParser(share),
    )
    .addOption(
      new Option(
        '--capture-quota <size>',
        'keep hard images for labelling, at most so much on each device, such as 200mb; they leave the device',
      ).argParser(megabytes),
    )

/** The part of the policy that they make. */
export const observePolicy = ({ auditShare, captureQuota }: ObserveOptions) => ({
  ...(auditShare === undefined ? {} : { auditShare }),
  ...(captureQuota === undefined ? {} : { captureQuotaMb: captureQuota }),
})
