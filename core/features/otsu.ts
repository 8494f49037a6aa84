// Otsu's threshold (1979): the luma that splits the histogram into two classes of greatest variance between
// them; pixels above it are the foreground. The arithmetic and the guard against empty classes are OpenCV's,
// so that both find the same threshold; a flat image has threshold 0, which makes it foreground unless black.

/** Single-precision epsilon, below which OpenCV takes a class as empty. */
const EMPTY = 1.1920929e-7

export function otsuThreshold(histogram: Int32Array): number {
  let count = 0
  let mean = 0
  for (let v = 0; v < 256; v++) {
    count += histogram[v]!
    mean += v * histogram[v]!
  }
  mean /= count
  let darkShare = 0
  let darkMean = 0
  let bestVariance = 0
  let threshold = 0
  for (let v = 0; v < 256; v++) {
    const share = histogram[v]! / count
    darkMean *= darkShare
    darkShare += share
    const lightShare = 1 - darkShare
    if (Math.min(darkShare, lightShare) < EMPTY || Math.max(darkShare, lightShare) > 1 - EMPTY) continue
    darkMean = (darkMean + v * share) / darkShare
    const lightMean = (mean - darkShare * darkMean) / lightShare
    const variance = darkShare * lightShare * (darkMean - lightMean) ** 2
    if (variance <= bestVariance) continue
    bestVariance = variance
    threshold = v
  }
  return threshold
}
