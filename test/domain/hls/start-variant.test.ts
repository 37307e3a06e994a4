import { expect } from 'chai'
import { putStartVariantFirst } from '../../../src/domain/hls/start-variant.ts'

const size = { width: 1280, height: 720 }
const desktop = { width: 1920, height: 1080 }
const phone = { width: 390, height: 844 }
const video = (bandwidth: number) => ({ bandwidth, size })
const audio = (bandwidth: number) => ({ bandwidth, size: null })

const order = (
  choices: ReadonlyArray<ReturnType<typeof video> | ReturnType<typeof audio>>,
  screen = desktop,
) => putStartVariantFirst(choices, screen).map(({ bandwidth }) => bandwidth)

describe('[V50] the variant that a player begins with (http-api.md §5.3)', () => {
  it('is the largest variant of at most 2 Mbit/s', () => {
    expect(order([video(5e6), video(2e6), video(8e5), audio(1e5)])).to.deep.equal([2e6, 5e6, 8e5, 1e5])
    expect(order([video(5e6), video(2_000_001), video(8e5)])).to.deep.equal([8e5, 5e6, 2_000_001])
  })

  it('is the largest variant of at most 730 kbit/s on a screen smaller than 1280×720', () => {
    const ladder = [video(5e6), video(2e6), video(730_000), video(3e5)]
    expect(order(ladder, phone)).to.deep.equal([730_000, 5e6, 2e6, 3e5])
    expect(order(ladder, { width: 1280, height: 720 })).to.deep.equal([2e6, 5e6, 730_000, 3e5])
  })

  it('is the smallest variant if all are larger', () => {
    expect(order([video(9e6), video(5e6)])).to.deep.equal([5e6, 9e6])
  })

  it('has video if any variant has video', () => {
    expect(order([video(9e6), video(5e6), audio(1e5)])).to.deep.equal([5e6, 9e6, 1e5])
    expect(order([audio(2e5), audio(1e5)])).to.deep.equal([2e5, 1e5])
    expect(order([])).to.deep.equal([])
  })

  it('does not depend on the order of the variants', () => {
    const ladder = [video(8e5), audio(1e5), video(5e6), video(2e6)]
    expect(order(ladder)).to.deep.equal(order([...ladder].reverse()))
  })
})
