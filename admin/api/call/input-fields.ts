// What is wrong with an input, by the path of each field. Of a union that nothing fits, the alternative that came
// nearest speaks: "Invalid input" at the union's own place helps nobody.

export interface FieldError {
  /** Joined by dots; empty for the input as a whole. */
  readonly path: string
  readonly message: string
}

/** As zod has them. */
interface Issue {
  readonly code?: string | undefined
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly errors?: readonly (readonly Issue[])[]
}

/** More would only repeat what the first ones say. */
const FIELDS_MAX = 50

export function inputFields(issues: readonly Issue[]): FieldError[] {
  return issues
    .flatMap((issue) => innermost(issue, []))
    .slice(0, FIELDS_MAX)
    .map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
}

function innermost(issue: Issue, above: readonly PropertyKey[]): Issue[] {
  const path = [...above, ...issue.path]
  const branches = issue.code === 'invalid_union' ? (issue.errors ?? []) : []
  const named = branches.map((branch) => branch.flatMap((inner) => innermost(inner, path)))
  const nearest = named.filter((branch) => branch.length > 0).sort(byNearness)[0]
  return nearest && depthOf(nearest) > path.length ? nearest : [{ ...issue, path }]
}

const depthOf = (branch: readonly Issue[]): number => Math.max(...branch.map((issue) => issue.path.length))

/** Fewer complaints first, then the one that got further. */
const byNearness = (a: readonly Issue[], b: readonly Issue[]): number =>
  a.length - b.length || depthOf(b) - depthOf(a)

export function firstField([first]: readonly FieldError[]): string {
  if (first === undefined) return 'Cannot read the input'
  return first.path === ''
    ? `Cannot read the input: ${first.message}`
    : `Cannot read field "${first.path}": ${first.message}`
}
