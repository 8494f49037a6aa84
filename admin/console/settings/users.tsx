// People: let in by a code, given a role, shut out. Nobody is deleted, since the log names them.

import { Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Role } from '#contract/api/access.ts'
import { client, queries, trpc } from '../app/trpc.ts'
import { AskFirst } from '../parts/ask-first.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { Failure } from '../parts/failure.tsx'
import { moment } from '../parts/format.ts'
import { byCursor, More } from '../parts/more.tsx'
import { StateBadge } from '../parts/state-badge.tsx'
import { When } from '../parts/when.tsx'
import { OnceShown } from './once-shown.tsx'

const changed = { onSuccess: () => queries.invalidateQueries() }

export function Users() {
  const users = useInfiniteQuery(trpc.users.list.infiniteQueryOptions({ limit: 100 }, byCursor))
  const setRole = useMutation(trpc.users.setRole.mutationOptions(changed))
  const enable = useMutation(trpc.users.enable.mutationOptions(changed))
  const [issued, setIssued] = useState<{ readonly user: string } & Code>()
  const reset = (user: string, dropSecondFactor: boolean) => async () => {
    const code = await client.users.resetPassword.mutate({ user, dropSecondFactor })
    setIssued({ user, ...code })
    await queries.invalidateQueries()
  }
  return (
    <Stack>
      <AddUser />
      {issued && <CodeShown user={issued.user} code={issued} />}
      {setRole.isError && <Failure error={setRole.error} />}
      <More
        query={users}
        empty={<EmptyState title="No user yet">The CLI works with a key; people come in here.</EmptyState>}
      >
        {(items) => (
          <DataTable
            label="Users"
            rows={items}
            keyOf={(user) => user.id}
            columns={[
              {
                name: 'User',
                cell: ({ username, name }) => (name === username ? username : `${name} (${username})`),
              },
              {
                name: 'Role',
                cell: ({ username, role }) => (
                  <Select
                    aria-label={`Role of ${username}`}
                    size="xs"
                    data={[...Role.options]}
                    value={role}
                    allowDeselect={false}
                    onChange={(to) => to !== null && setRole.mutate({ user: username, role: Role.parse(to) })}
                  />
                ),
              },
              {
                name: 'State',
                cell: ({ disabledAt }) => <StateBadge state={disabledAt === null ? 'enabled' : 'disabled'} />,
              },
              { name: 'Seen', cell: ({ lastSeenAt }) => <When at={lastSeenAt} /> },
              {
                name: 'Second factor',
                cell: ({ twoFactorEnabled }) => (twoFactorEnabled ? 'on' : 'off'),
              },
              {
                name: 'Lost password',
                cell: ({ username, disabledAt, twoFactorEnabled }) =>
                  disabledAt === null && (
                    <AskFirst
                      label="Reset"
                      size="compact-sm"
                      color="orange"
                      title={`Let ${username} set a new password?`}
                      consequence={`You get a code, shown once, to hand over. ${twoFactorEnabled ? 'The second factor is dropped too, as for somebody who has lost the phone. ' : ''}Until it is used the password from before is good.`}
                      act={reset(username, twoFactorEnabled)}
                    />
                  ),
              },
              {
                name: '',
                cell: ({ username, disabledAt }) =>
                  disabledAt === null ? (
                    <AskFirst
                      label="Disable"
                      size="compact-sm"
                      title={`Disable ${username}?`}
                      consequence="All sessions of this user end. It can be enabled again."
                      act={async () => {
                        await client.users.disable.mutate({ user: username })
                        await queries.invalidateQueries()
                      }}
                    />
                  ) : (
                    <Button variant="default" onClick={() => enable.mutate({ user: username })}>
                      Enable
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </More>
    </Stack>
  )
}

function AddUser() {
  const [username, setUsername] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const add = useMutation(trpc.users.add.mutationOptions(changed))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        add.mutate({ username, role })
      }}
    >
      <Stack gap="xs">
        <Group align="flex-end">
          <TextInput
            label="User name"
            required
            value={username}
            onChange={(e) => setUsername(e.currentTarget.value)}
          />
          <Select
            label="Role"
            data={[...Role.options]}
            value={role}
            allowDeselect={false}
            onChange={(to) => to !== null && setRole(Role.parse(to))}
          />
          <Button type="submit" loading={add.isPending}>
            Add a user
          </Button>
        </Group>
        {add.isError && <Failure error={add.error} />}
        {add.data && add.data.code !== null && (
          <CodeShown
            user={add.data.user.username}
            code={{ code: add.data.code, expiresAt: add.data.expiresAt }}
          />
        )}
      </Stack>
    </form>
  )
}

interface Code {
  readonly code: string
  readonly expiresAt: string | null
}

const CodeShown = ({ user, code: { code, expiresAt } }: { readonly user: string; readonly code: Code }) => (
  <OnceShown
    title={`A code for ${user}`}
    secret={code}
    note={`With it ${user} sets a password at the sign-in${expiresAt === null ? '' : `, until ${moment(expiresAt)}`}.`}
  />
)
