import PageCache
import RangedMmap

/// Why the library and the kernel say different things of a page, in one sentence.
package struct Disagreement: Sendable {
  let state: PageState
  let cache: CachedPage
  var isResidencyOnly = false
  /// What the disk has of it, if that is known.
  var kind: Extent.Kind?
  /// How many pages around it, within 2 MiB, share the kernel's answer.
  var alike = 1
  /// How many of those were written here and are not durable yet.
  var written = 0
  var isWritable = true
  /// The file system's name, if it lives in memory.
  var memory: String?
  /// Whether the file system is a program, to which pages are written back.
  var isServed = false

  /// The sentence, or `nil` where both agree.
  package var sentence: String? {
    if let memory {
      return state == .free && cache.isEmpty
        ? nil : "\(memory): nothing to flush to; the bytes live in memory alone, and no page of it is ever dirty"
    }
    // Each sentence below says dirty or clean, and here that is unknown.
    if isResidencyOnly, cache.contains(.cached) { return nil }
    let isDirty = cache.contains(.dirty)
    let isClean = cache == .cached
    guard isWritable else { return lookingOn }
    switch state {
    case .free, .allocated:
      if isDirty || cache.contains(.writeback) { return notWritten }
      if isClean, kind?.holdsData != true {
        return "resident though nothing is stored there: a touch brought it in, or read-ahead beside a touched page; "
          + "it is zeros"
      }
      return isClean && state == .free ? "resident though never allocated: read ahead, or read by another program" : nil
    case .written, .flushing:
      if isDirty, alike > written { return crowd }
      if cache.contains(.writeback) { return isDirty ? "written again while its writeback was under way" : nil }
      if isDirty {
        return state == .flushing ? "its flush was started, and the kernel has it dirty still, or again" : nil
      }
      if isClean, isServed { return given + "; not durable: sync has not returned" }
      if isClean { return "clean in the page cache is not durable: sync has not returned" }
      return "written back and evicted from memory; not durable before sync has returned"
    case .flushed:
      if isDirty { return "durable, and dirty since: " + neighbour }
      if cache.contains(.writeback) { return "durable, and being written once more: " + neighbour }
      return nil
    case .lost:
      return isDirty
        ? "lost here, though dirty in memory: after a failed sync it is unknown what the disk has"
        : "lost here, though the kernel has it as clean: a failed writeback leaves a page clean that the disk does not have"
    }
  }

  // The library knows nothing of a file that only others write.
  private var lookingOn: String? {
    if cache.contains(.writeback) { return "on its way to the disk" }
    if cache.contains(.dirty) {
      return "another program wrote it, or one of its folio's pages; the kernel has not written it back yet"
    }
    if cache.contains(.cached), kind == .hole {
      return "resident though a hole: it was read, and its bytes are zeros"
    }
    if cache == .cached, isServed { return given + ", which may have written it nowhere yet" }
    return nil
  }

  private var given: String { "clean on FUSE: given to the daemon that serves the file" }

  private var crowd: String {
    let verb = written == 1 ? "page was" : "pages were"
    return "\(written) \(verb) written here and \(alike) are dirty: they share a large folio, which is dirty as a whole"
  }

  private var notWritten: String {
    let verb = cache.contains(.dirty) ? "dirty" : "in writeback"
    return written > 0
      ? "\(verb) though not written here: it shares a large folio with one of the \(counted(written, "page")) that were"
      : "\(verb) though not written here: another program wrote it, or a page of its folio was"
  }

  private var neighbour: String {
    written > 0 ? "a page that shares its folio was written" : "another program wrote it, or a page of its folio"
  }
}

extension Disagreement {
  /// What both said of the page at the cursor at the moment of a sample; `nil` where the kernel says nothing, or the
  /// library has something else since.
  package init?(_ file: MmapFile, _ sample: KernelSample) {
    guard let cache = sample.state, let belief = sample.belief, sample.cursor < file.states.count,
      file.states[sample.cursor] == belief.state
    else { return nil }
    self.init(
      state: belief.state, cache: cache, isResidencyOnly: sample.isResidencyOnly, kind: sample.extent?.kind,
      alike: sample.alike.count, written: belief.written, isWritable: file.isWritable,
      memory: file.isInMemory ? sample.fileSystem?.name ?? "memory" : nil,
      isServed: sample.fileSystem?.isServed == true)
  }
}

extension FileSystem {
  /// Whether a daemon serves its files; the kernel gives to it what is written back.
  fileprivate var isServed: Bool {
    guard let name else { return false }
    return ["fuse", "fuseblk", "virtiofs"].contains(name) || name.hasPrefix("fuse.")
  }
}
