// A secret that is shown once: a key's token, a one-time code.

import { Alert, Button, Code, CopyButton, Group, Text } from '@mantine/core'

export function OnceShown({
  title,
  secret,
  note,
}: {
  readonly title: string
  readonly secret: string
  readonly note: string
}) {
  return (
    <Alert color="yellow" variant="light" title={title}>
      <Text size="sm">{note} It is not shown again.</Text>
      <Group mt="xs">
        <Code style={{ overflowWrap: 'anywhere' }}>{secret}</Code>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Alert>
  )
}
