// A share in the words of an operating point. One digit after the point, as many as a few thousand training
// images can tell apart. The verdict of an evaluation writes its shares the same way, so that a user can compare
// what was wished on training images with what came of it on held-out ones.

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
