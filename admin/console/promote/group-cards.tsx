// What each group runs, what it is on its way to, and the way back.

import { Anchor, Card, Group, SimpleGrid, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useSession } from '../app/session.tsx'
import { type Answers, client, queries } from '../app/trpc.ts'
import { AskFirst } from '../parts/ask-first.tsx'
import { whole } from '../parts/format.ts'

type GroupRow = Answers['devices']['groups']['items'][number]

export const GroupCards = ({ groups }: { readonly groups: readonly GroupRow[] }) => (
  <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
    {groups.map((group) => (
      <GroupCard key={group.name} group={group} />
    ))}
  </SimpleGrid>
)

function GroupCard({ group }: { readonly group: GroupRow }) {
  const { may } = useSession()
  const { name, current, next, pair, devices, states } = group
  return (
    <Card withBorder>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={2} size="h5" c="dimmed">
            {name}
          </Title>
          <Text fw={650} fz={20}>
            {current === null ? 'nothing yet' : `Deployment ${current}`}
            {next !== null && ` → ${next}`}
          </Text>
        </div>
        {may('rollouts.rollback') && current !== null && (
          <AskFirst
            label="Roll back"
            size="xs"
            title={`Roll back ${name}?`}
            consequence={
              next === null
                ? 'Its devices go to the newest deployment that is older than the current one. Under History you can choose which.'
                : `The rollout of deployment ${next} ends, and all of its devices go back to deployment ${current}.`
            }
            act={() => rollBack({ group: name, expected: pair?.deploymentId ?? null })}
          />
        )}
      </Group>
      {pair && (
        <Text size="sm">
          {pair.local} → {pair.edge}, router {pair.router.version} ({pair.router.kind})
        </Text>
      )}
      <Text size="sm" c="dimmed">
        <Anchor component={Link} to="/devices" search={{ group: name } as never} inherit>
          {whole(devices.local)} local, {whole(devices.edge)} edge
        </Anchor>
        :{' '}
        {Object.entries(states)
          .map(([state, count]) => `${whole(count)} ${state}`)
          .join(', ')}
      </Text>
    </Card>
  )
}

export async function rollBack(input: Parameters<typeof client.rollouts.rollback.mutate>[0]): Promise<void> {
  await client.rollouts.rollback.mutate(input)
  await queries.invalidateQueries()
}
