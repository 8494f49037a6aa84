// What a saving says in a sentence. Against the edge it is mostly good news, against the light model alone it never is:
// what is sent is paid for, and what it buys is accuracy. So both are said, and so is accuracy.

import type { Interval } from '#contract/results/interval.ts'
import type { Answers } from '../app/trpc.ts'
import { percent, points } from '../parts/format.ts'

type Answer = Answers['decisions']['saving']
type Saving = NonNullable<Answer['saving']>

/** Beyond that a percentage says less than a factor. */
const TIMES_FROM = -1

const times = (saved: number): string => `${(1 - saved).toFixed(1 - saved < 10 ? 1 : 0)} ×`

/** "48.1 % less [45.2, 51.0]", "3.1 × as much [2.9, 3.3]". */
export function against({ value, low, high }: Interval): string {
  if (value < TIMES_FROM)
    return `${times(value)} as much [${times(high).replace(' ×', '')}, ${times(low).replace(' ×', '')}]`
  if (value >= 0) return `${percent(value)} less [${bound(low)}, ${bound(high)}]`
  return `${percent(-value)} more [${bound(-high)}, ${bound(-low)}]`
}

export const percentLess = (saved: number): string =>
  saved < TIMES_FROM
    ? `${times(saved)} as much`
    : `${percent(Math.abs(saved))} ${saved >= 0 ? 'less' : 'more'}`

/** In percent. */
export const range = ({ low, high }: Interval): string => `${bound(low)} to ${bound(high)} %`

const bound = (share: number): string => (share * 100).toFixed(1)

export function summary({ expected }: Answer, { edgeOnly, localOnly }: Saving): string {
  const top1 = (name: string) => expected.find((line) => line.name === name)?.top1.value
  const [router, local, edge] = [top1('router'), top1('local-only'), top1('edge-only')]
  const first =
    edgeOnly.verdict === 'saves'
      ? `Yes, against sending every image to the edge: an image costs the device ${against(edgeOnly.saved)}`
      : edgeOnly.verdict === 'costs'
        ? `No: it would cost the device less to send every image to the edge; routing takes ${against(edgeOnly.saved)}`
        : `It cannot be said yet whether the device spends less than by sending every image to the edge: ${against(edgeOnly.saved)}`
  const lost = router !== undefined && edge !== undefined ? `, at ${points(router - edge)} top-1` : ''
  const gained =
    router !== undefined && local !== undefined ? ` and buys ${points(router - local)} top-1` : ''
  const second =
    localOnly.verdict === 'costs'
      ? `Against the light model alone it takes ${against(localOnly.saved)}${gained}.`
      : localOnly.verdict === 'saves'
        ? `It saves against the light model alone too, ${against(localOnly.saved)}.`
        : `Against the light model alone no difference can be told.`
  return `${first}${lost}. ${second}`
}
