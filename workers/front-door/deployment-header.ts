// Names the deployment whose edge half must answer, so that a pair is never mixed from two deployments.

export const DEPLOYMENT_HEADER = 'x-tandem-deployment'
