// What every router kind shares: a score "how much does this image need the edge" and one comparison. A score
// equal to the threshold offloads; training, evaluation and devices all decide through `decide`, since a tie
// taken differently in one of them would make the measured offload share a lie.

/** Score of the confidence router, after local inference: 1 - max softmax. */
export function confidenceScore(topProbability: number): number {
  return 1 - topProbability
}

/** True where the image should go to the edge. A score that is not a number never offloads. */
export function decide(score: number, threshold: number): boolean {
  return score >= threshold
}
