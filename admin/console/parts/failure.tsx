// What went wrong in the words of the control plane, and what to do about it.

import { Alert, Button, Group, Text } from '@mantine/core'
import { TRPCClientError } from '@trpc/client'

/** A network that is gone has no words of its own. */
export function wordsOf(error: unknown): string {
  if (error instanceof TRPCClientError && error.data === undefined)
    return 'The control plane does not answer. Check that it runs and that you can reach it.'
  return error instanceof Error ? error.message : 'Something failed that has no words.'
}

export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  return (
    <Alert color="red" variant="light" title="That did not work" role="alert">
      <Group justify="space-between" align="flex-end">
        <Text size="sm">{wordsOf(error)}</Text>
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        )}
      </Group>
    </Alert>
  )
}
