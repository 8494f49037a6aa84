// Robots' keys: a role, narrowed by scopes, for a time.

import { Button, Group, NumberInput, Select, Stack, TagsInput, TextInput } from '@mantine/core'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Role } from '#contract/api/access.ts'
import { useSession } from '../app/session.tsx'
import { client, queries, trpc } from '../app/trpc.ts'
import { AskFirst } from '../parts/ask-first.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { Failure } from '../parts/failure.tsx'
import { moment } from '../parts/format.ts'
import { byCursor, More } from '../parts/more.tsx'
import { When } from '../parts/when.tsx'
import { OnceShown } from './once-shown.tsx'

/** Each is all that begins with it; a single procedure can be typed. */
const SCOPES = [
  ...[
    'models',
    'datasets',
    'devices',
    'profiles',
    'selections',
    'evaluations',
    'routers',
    'jobs',
    'functions',
  ],
  ...['rollouts', 'aliases', 'decisions', 'captures', 'artifacts', 'metrics'],
]

export function ApiKeys() {
  const keys = useInfiniteQuery(trpc.apiKeys.list.infiniteQueryOptions({ limit: 100 }, byCursor))
  return (
    <Stack>
      <AddKey />
      <More
        query={keys}
        empty={
          <EmptyState title="No key is good">Make one for a script, with no more than it needs.</EmptyState>
        }
      >
        {(items) => (
          <DataTable
            label="API keys"
            rows={items}
            keyOf={(key) => key.id}
            columns={[
              { name: 'Name', cell: ({ name }) => name },
              { name: 'Role', cell: ({ role }) => role },
              { name: 'Scopes', cell: ({ scopes }) => scopes?.join(', ') ?? 'all of its role' },
              {
                name: 'Expires',
                cell: ({ expiresAt }) => (expiresAt === null ? 'never' : moment(expiresAt)),
              },
              { name: 'Used', cell: ({ lastUsedAt }) => <When at={lastUsedAt} /> },
              {
                name: '',
                cell: ({ id, name }) => (
                  <AskFirst
                    label="Revoke"
                    title={`Revoke key ${name}?`}
                    consequence="At its next call it is nobody’s. It cannot be taken back."
                    act={async () => {
                      await client.apiKeys.revoke.mutate({ key: id })
                      await queries.invalidateQueries()
                    }}
                  />
                ),
              },
            ]}
          />
        )}
      </More>
    </Stack>
  )
}

function AddKey() {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const [days, setDays] = useState<number | ''>(90)
  const [scopes, setScopes] = useState<string[]>([])
  const { may } = useSession()
  const places = SCOPES.filter((scope) => scope === 'metrics' || may(`${scope}.list`))
  const add = useMutation(trpc.apiKeys.add.mutationOptions({ onSuccess: () => queries.invalidateQueries() }))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        add.mutate({
          name,
          role,
          ...(days === '' ? {} : { expiresInDays: days }),
          ...(scopes.length === 0 ? {} : { scopes }),
        })
      }}
    >
      <Stack gap="xs">
        <Group align="flex-end">
          <TextInput label="Name" required value={name} onChange={(e) => setName(e.currentTarget.value)} />
          <Select
            label="Role"
            data={[...Role.options]}
            value={role}
            allowDeselect={false}
            onChange={(to) => to !== null && setRole(Role.parse(to))}
          />
          <NumberInput
            label="Days"
            description="empty: for ever"
            min={1}
            max={3_650}
            value={days}
            onChange={(to) => setDays(typeof to === 'number' ? to : '')}
            w={120}
          />
          <TagsInput
            label="Scopes"
            description="all of its role where empty"
            placeholder={scopes.length === 0 ? 'models, datasets.create' : ''}
            data={places}
            value={scopes}
            onChange={setScopes}
            miw={240}
          />
          <Button type="submit" loading={add.isPending}>
            Make a key
          </Button>
        </Group>
        {add.isError && <Failure error={add.error} />}
        {add.data && (
          <OnceShown
            title={`The token of ${add.data.name}`}
            secret={add.data.token}
            note="Send it as Authorization: Bearer."
          />
        )}
      </Stack>
    </form>
  )
}
