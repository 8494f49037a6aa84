// Where one is signed in: a session that nobody remembers is one to end.

import { Card, Group, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { endOtherSessions, openSessions } from '../app/auth-calls.ts'
import { queries } from '../app/trpc.ts'
import { AskFirst } from '../parts/ask-first.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { When } from '../parts/when.tsx'

const KEY = ['open-sessions']

export function OpenSessions() {
  const sessions = useQuery({ queryKey: KEY, queryFn: openSessions })
  return (
    <Card withBorder>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          Signed in
        </Title>
        {(sessions.data?.length ?? 0) > 1 && (
          <AskFirst
            label="End all others"
            size="xs"
            title="End all other sessions?"
            consequence="Whoever uses them has to sign in again. This one goes on."
            act={async () => {
              await endOtherSessions()
              await queries.invalidateQueries({ queryKey: KEY })
            }}
          />
        )}
      </Group>
      <Loaded query={sessions} rows={2}>
        {(rows) => (
          <DataTable
            label="Open sessions"
            rows={rows}
            keyOf={({ id }) => id}
            columns={[
              { name: 'Browser', cell: ({ userAgent }) => browserOf(userAgent ?? '') },
              { name: 'From', cell: ({ ipAddress }) => ipAddress || 'not told' },
              { name: 'Since', cell: ({ createdAt }) => <When at={createdAt} /> },
              { name: 'Used', cell: ({ updatedAt }) => <When at={updatedAt} /> },
            ]}
          />
        )}
      </Loaded>
    </Card>
  )
}

/** In the order in which they tell the truth: most say that they are Safari too. */
const BROWSERS = ['Firefox', 'Edg', 'Chrome', 'Safari', 'curl']

function browserOf(agent: string): string {
  const name = BROWSERS.find((browser) => agent.includes(browser))
  const system = /\(([^;)]+)/.exec(agent)?.[1]
  return name === undefined
    ? agent || 'not told'
    : `${name === 'Edg' ? 'Edge' : name}${system ? `, ${system}` : ''}`
}
