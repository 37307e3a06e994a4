import type { Page } from 'playwright-core'

/** Measures the loudness of each 128 samples on the audio thread, which a busy machine does not delay. */
const meter = `registerProcessor('ear', class extends AudioWorkletProcessor {
  process([[samples = []]]) {
    let loudest = 0
    for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample))
    this.port.postMessage({ frame: currentFrame, loudest })
    return true
  }
})`

type Block = { readonly frame: number; readonly loudest: number }
type Heard = { readonly blocks: Block[]; readonly rate: number }

/** Starts to measure the audio of the video in a page. */
export const measureSound = async (page: Page): Promise<void> => {
  await page.evaluate(async (source) => {
    const video = document.querySelector('video') as HTMLVideoElement
    const context = new AudioContext({ sampleRate: 48_000 })
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })))
    const blocks: Block[] = []
    const node = new AudioWorkletNode(context, 'ear')
    node.port.onmessage = ({ data }) => blocks.push(data)
    context.createMediaElementSource(video).connect(node).connect(context.destination)
    await context.resume()
    Object.assign(globalThis, { heard: { blocks, rate: context.sampleRate } satisfies Heard })
  }, meter)
}

/**
 * Returns the time of the next beep, in the film's own time. Seeks to `from`, plays, and counts samples from
 * the first audible one, which belongs to `from`, so that the timing of scripts does not matter.
 */
export const beepAfter = (page: Page, from: number): Promise<number> =>
  // The callback has no named function, because the compiler would insert a helper call that the page does
  // not have.
  page.evaluate(async (seconds) => {
    const video = document.querySelector('video') as HTMLVideoElement
    const { heard } = globalThis as unknown as { readonly heard: Heard }
    const { blocks, rate } = heard
    video.pause()
    video.playbackRate = 1
    const seeked = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }))
    video.currentTime = seconds
    await seeked
    while (video.readyState < 3) await new Promise((resolve) => setTimeout(resolve, 20))
    // Waits for a tenth of a second of silence, which shows that the film is really paused.
    blocks.length = 0
    while (blocks.length < 40 || blocks.slice(-38).some(({ loudest }) => loudest > 0))
      await new Promise((resolve) => setTimeout(resolve, 20))
    blocks.length = 0
    await video.play()
    while (!blocks.some(({ loudest }) => loudest > 0.3))
      await new Promise((resolve) => setTimeout(resolve, 20))
    video.pause()
    const firstAudible = blocks.find(({ loudest }) => loudest > 0.003)?.frame ?? Number.NaN
    const beep = blocks.find(({ loudest }) => loudest > 0.3)?.frame ?? Number.NaN
    return seconds + (beep - firstAudible) / rate
  }, from)

/** Returns the brightness of the frame at a time, from 0 to 255. */
export const brightnessAt = (page: Page, at: number): Promise<number> =>
  page.evaluate(async (seconds) => {
    const video = document.querySelector('video') as HTMLVideoElement
    video.pause()
    // A frame is painted a little after the `seeked` event.
    const painted = new Promise((resolve) => video.requestVideoFrameCallback(resolve))
    video.currentTime = seconds
    await painted
    const canvas = new OffscreenCanvas(1, 1)
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
    context.drawImage(video, 0, 0, 1, 1)
    return context.getImageData(0, 0, 1, 1).data[0] ?? Number.NaN
  }, at)
