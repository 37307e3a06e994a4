import { type Browser, chromium, type Page } from 'playwright-core'

/** Starts the Chromium of this machine, or the one at `CHROMIUM_PATH`. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
    ],
  })

/** Opens a new page, and collects those of its errors for which `matters` is true. */
export const openPage = async (
  browser: Browser,
  matters: (error: string) => boolean = () => true,
): Promise<{ page: Page; complaints: string[] }> => {
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && matters(message.text())) complaints.push(message.text())
  })
  return { page, complaints }
}
