import { expect } from 'chai'
import { chartKinds } from '../../support/chart-kinds.ts'
import { chartError } from '../../support/render-chart.ts'

describe('[V30] [V31] exports of an image keep its intended colours', () => {
  for (const { format, name, make, expected, tolerance } of chartKinds)
    it(`${format}, ${name}`, async () => {
      expect(await chartError(await make(), expected)).to.be.at.most(tolerance)
    })
})
