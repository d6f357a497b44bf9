/**
 * What stands under PostgreSQL's data folder? Names and folders as Emscripten's own file system in memory keeps
 * them; the content of files is ours, so that it can be packed and need not lie in memory whole.
 */
import type { PGlite, PGliteOptions } from '@electric-sql/pglite'

import { Full } from './chunks'
import type { Chunks, Content } from './chunks'

type Filesystem = NonNullable<PGliteOptions['fs']>

/** What is used here of Emscripten's file systems, which have no types of their own for it. */
type Node = {
  mode: number
  usedBytes: number
  contents: Record<string, Node>
  node_ops: object
  stream_ops: object
  content?: Content
  opens?: number
  isGone?: boolean
}
type Stream = { node: Node }
type Attributes = { size?: number | null }
type NodeOps = {
  mknod(parent: Node, name: string, mode: number, device: number): Node
  unlink(parent: Node, name: string): void
  rename(node: Node, folder: Node, name: string): void
  setattr(node: Node, attributes: Attributes): void
}
type Ops = { node: NodeOps; stream: object }
type Memfs = { mount(mount: unknown): Node; ops_table: { dir: Ops; file: Ops } }
type Files = {
  isDir(mode: number): boolean
  isFile(mode: number): boolean
  mkdirTree(folder: string): void
  mount(type: object, options: object, folder: string): void
  quit(): void
  ErrnoError: new (errno: number) => Error
}
type Module = { FS: Files; MEMFS: Memfs }

/** As Emscripten numbers them. */
const noSpace = 51
const noSuchDevice = 43
const inputOutput = 29

export type DataFiles = Filesystem & {
  /** What a file of ours could not do; PGlite would go on as if nothing had been. */
  trouble(): string | undefined
}

const folder = '/pglite/data'

export const dataFiles = (chunks: Chunks): DataFiles => {
  let trouble: string | undefined
  let files: Files | undefined

  const mountOf = ({ FS, MEMFS }: Module): object => {
    /** A full store is an answer that PostgreSQL knows; anything else thrown here is a mistake of ours. */
    const answering = <Result>(work: () => Result): Result => {
      try {
        return work()
      } catch (thrown) {
        if (thrown instanceof Full) throw new FS.ErrnoError(noSpace)
        trouble = thrown instanceof Error ? thrown.message : String(thrown)
        throw new FS.ErrnoError(inputOutput)
      }
    }

    const contentOf = (node: Node): Content => (node.content ??= chunks.empty())

    const resize = (node: Node, sizeBytes: number): void => {
      answering(() => chunks.resize(contentOf(node), sizeBytes))
      node.usedBytes = sizeBytes
    }

    /** Whoever has it open may still read it. */
    const letGo = (node: Node | undefined): void => {
      if (!node?.content) return
      node.isGone = true
      if ((node.opens ?? 0) === 0) resize(node, 0)
    }

    const stream = (of: Ops): object => ({
      ...of.stream,
      open: ({ node }: Stream): void => void (node.opens = (node.opens ?? 0) + 1),
      close: ({ node }: Stream): void => {
        node.opens = Math.max(0, (node.opens ?? 0) - 1)
        if (node.isGone) letGo(node)
      },
      read: ({ node }: Stream, into: Uint8Array, offset: number, length: number, from: number) =>
        answering(() => chunks.read(contentOf(node), into.subarray(offset, offset + length), from)),
      write: ({ node }: Stream, bytes: Uint8Array, offset: number, length: number, at: number) => {
        const content = contentOf(node)
        answering(() => chunks.write(content, bytes.subarray(offset, offset + length), at))
        node.usedBytes = content.sizeBytes
        return length
      },
      mmap: () => {
        throw new FS.ErrnoError(noSuchDevice)
      },
      msync: () => 0,
    })

    return {
      mount: (mount: unknown): Node => {
        const root = MEMFS.mount(mount)
        const { dir, file } = MEMFS.ops_table
        const fileOps = {
          ...file.node,
          setattr: (node: Node, { size, ...others }: Attributes): void => {
            file.node.setattr(node, others)
            if (typeof size === 'number') resize(node, size)
          },
        }
        const fileStream = stream(file)
        const adopt = (node: Node): Node => {
          if (FS.isDir(node.mode)) node.node_ops = dirOps
          if (FS.isFile(node.mode))
            Object.assign(node, { node_ops: fileOps, stream_ops: fileStream })
          return node
        }
        const dirOps = {
          ...dir.node,
          mknod: (parent: Node, name: string, mode: number, device: number): Node =>
            adopt(dir.node.mknod(parent, name, mode, device)),
          unlink: (parent: Node, name: string): void => {
            const node = parent.contents[name]
            dir.node.unlink(parent, name)
            letGo(node)
          },
          rename: (node: Node, into: Node, name: string): void => {
            const replaced = into.contents[name]
            dir.node.rename(node, into, name)
            if (replaced !== node) letGo(replaced)
          },
        }
        return adopt(root)
      },
      syncfs: (_mount: unknown, _populate: unknown, done: (error: null) => void): void =>
        done(null),
    }
  }

  return {
    trouble: () => trouble,
    init: (_pg: PGlite, options) => {
      // PGlite's types of its module know nothing of what is used here.
      const mount = (module: unknown): void => {
        const own = module as Module
        files = own.FS
        own.FS.mkdirTree(folder)
        own.FS.mount(mountOf(own), {}, folder)
      }
      return Promise.resolve({
        emscriptenOpts: { ...options, preRun: [...(options.preRun ?? []), mount] },
      })
    },
    initialSyncFs: () => Promise.resolve(),
    syncToFs: () => Promise.resolve(),
    dumpTar: () => Promise.reject(new TypeError('nothing is taken out of here')),
    closeFs: () => Promise.resolve(files?.quit()),
  }
}
