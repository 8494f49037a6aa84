// An empty installation: what to do first, in order, each with the page that does it.

import { Anchor, Card, Code, List, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'

const STEPS = [
  ['/devices', 'Enrol a local and an edge device', 'They measure the models, and run them afterwards.'],
  ['/models', 'Register models', 'At least two: a light one and a heavy one.'],
  ['/data-sets', 'Add a labelled data set', 'Images like those that will come.'],
  ['/models', 'Have the models measured', 'Accuracy, latency and energy, on your own devices.'],
  ['/selection', 'Select the pair', 'Which two ride together, and why.'],
  ['/routers', 'Train a router', 'It decides which image goes where, and is judged honestly.'],
  ['/rollouts', 'Promote it', 'To all devices at once, or by stages.'],
] as const

export const FirstSteps = () => (
  <Card withBorder maw={720}>
    <Title order={2} size="h4">
      Nothing is set up yet
    </Title>
    <Text size="sm" c="dimmed" mb="sm">
      Seven steps, in this order. With <Code>npm start</Code> a demo world takes all of them by itself.
    </Text>
    <List type="ordered" spacing="xs">
      {STEPS.map(([to, name, what]) => (
        <List.Item key={name}>
          <Anchor component={Link} to={to}>
            {name}
          </Anchor>
          <Text size="sm" c="dimmed">
            {what}
          </Text>
        </List.Item>
      ))}
    </List>
  </Card>
)
