/**
 * The platform as a process of its own, so that it can be killed: says where it answers, and ends
 * with whoever started it. A line on its standard input is a function to be run as its timer would.
 */
import { startPlatform } from '../../../lib/local/platform'
import type { PlatformOptions } from '../../../lib/local/platform'
import { readProject } from '../../../lib/local/project'

export type PlatformHost = Omit<PlatformOptions, 'functions'> & {
  project: string
  variables: Record<string, string>
}

const serve = async (): Promise<void> => {
  const { project, variables, ...options }: PlatformHost = JSON.parse(process.argv[2] ?? '{}')
  const functions = readProject(project, variables)
  const platform = await startPlatform({ ...options, functions })
  const run = async (name: string): Promise<void> => {
    const outcome = await platform.run(name, {})
    process.stdout.write(`${JSON.stringify({ ran: name, outcome })}\n`)
  }
  process.stdin.on('end', () => process.exit(0))
  process.stdin.on('data', (chunk: Buffer) => {
    for (const name of chunk.toString().split('\n').filter(Boolean)) void run(name)
  })
  process.stdout.write(`${platform.url}\n`)
}

void serve()
