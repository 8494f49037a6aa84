// The list of classes: a file that was chosen, or the list of a model or data set that is here already. Candidates for one
// pair must share one, so the list that most have is offered first.

import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { trpc } from '../app/trpc.ts'

/** Instead of a digest. */
export const FROM_FILE = 'file'

interface ChoiceProps {
  readonly value: string | null
  readonly onChange: (value: string) => void
  /** What the file would be, where there is one. */
  readonly file: string | undefined
  readonly error?: string | undefined
}

export function LabelChoice({ value, onChange, file, error }: ChoiceProps) {
  const lists = useLabelLists()
  const data = [
    ...(file === undefined ? [] : [{ value: FROM_FILE, label: file }]),
    ...lists.map(({ digest, of }) => ({ value: digest, label: `as ${of.join(', ')}` })),
  ]
  return (
    <Select
      label="Classes"
      description="One name a line, in the order of the model’s output."
      placeholder={data.length === 0 ? 'Drop a .txt beside the model' : 'Choose a list'}
      data={data}
      value={value}
      onChange={(chosen) => chosen !== null && onChange(chosen)}
      allowDeselect={false}
      disabled={data.length === 0}
      error={error}
    />
  )
}

/** Of what is registered, the most used first. */
export function useLabelLists(): { digest: string; of: string[] }[] {
  const models = useQuery(trpc.models.list.queryOptions({ limit: 200 }))
  const datasets = useQuery(trpc.datasets.list.queryOptions({ limit: 200 }))
  const named = new Map<string, string[]>()
  for (const { name, labelsDigest } of [...(datasets.data?.items ?? []), ...(models.data?.items ?? [])])
    named.set(labelsDigest, [...(named.get(labelsDigest) ?? []), name])
  return [...named]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([digest, of]) => ({
      digest,
      of: of.length > 4 ? [...of.slice(0, 3), `${of.length - 3} more`] : of,
    }))
}
