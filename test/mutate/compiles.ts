/**
 * Does it still compile? What does not is no mutant: `npm run check` would not let it in.
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'

export type Compiler = { takes(file: string): boolean; close(): void }

/** One compiler for the whole run, which reads again what has changed and nothing else. */
export const compilerFor = async (root: string): Promise<Compiler> => {
  const { API } = await import('typescript/unstable/sync')
  const config = path.join(root, 'tsconfig.json')
  const api = new API({ cwd: root })
  let snapshot = api.updateSnapshot({ openProjects: [config] })
  const takesModule = (file: string): boolean => {
    const changed = path.join(root, file)
    const next = api.updateSnapshot({ fileChanges: { changed: [changed] } })
    snapshot.dispose()
    snapshot = next
    const program = snapshot.getProject(config)?.program
    if (!program) throw new Error(`${config} is no project that the compiler knows.`)
    return (
      program.getSyntacticDiagnostics(changed).length === 0 &&
      program.getSemanticDiagnostics(changed).length === 0
    )
  }
  const takesScript = (file: string): boolean =>
    spawnSync('dash', ['-n', file], { cwd: root, stdio: 'ignore' }).status === 0
  return {
    takes: (file) => (file.endsWith('.sh') ? takesScript(file) : takesModule(file)),
    close: () => api.close(),
  }
}
