// Which of a chart's names are written: the first come, and of the others those that cover none of them. The rest is
// told while the pointer is near (name-under-pointer.ts). Greedy; where names crowd, few that can be read are the point.

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export function withoutOverlap<Name extends Box>(names: readonly Name[]): Name[] {
  const placed: Name[] = []
  for (const name of names) if (!placed.some((other) => doOverlap(name, other))) placed.push(name)
  return placed
}

const doOverlap = (a: Box, b: Box): boolean =>
  a.left < b.left + b.width &&
  b.left < a.left + a.width &&
  a.top < b.top + b.height &&
  b.top < a.top + a.height
