// The pairs of selections by the selections' ids; an id that is older than the newest fifty stands for itself.

import { useQuery } from '@tanstack/react-query'
import { trpc } from '../app/trpc.ts'
import { pairInWords } from './pair-names.ts'

export function usePairNames(): (selectionId: string) => string {
  const selections = useQuery(trpc.selections.list.queryOptions({ limit: 50 }))
  return (id) => {
    const selection = selections.data?.items.find((row) => row.id === id)
    return selection ? pairInWords(selection.result) : id
  }
}
