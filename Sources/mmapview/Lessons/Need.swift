import Inspector
import PageCache
import SystemPackage

/// What a machine must have for a lesson.
enum Need: String, Sendable, CaseIterable {
  /// The folder for scratch files is on a disk, and not in memory.
  case disk
  /// The kernel counts the pages of files there, or on the failing disk if that comes first in the list.
  case cachestat
  /// Pages of a file can go from memory.
  case eviction
  /// What is read from a disk, and the major faults for it, are counted.
  case reads
  /// This process may lock a page in memory.
  case lock
  /// The file system distinguishes reserved blocks from written ones.
  case extents
  /// The page cache keeps a large file in large folios.
  case folios
  /// The kernel can watch which pages are stored to.
  case stores
  /// A file system of one MiB can be mounted, as `small`.
  case smallDisk = "small-disk"
  /// A device can be made that fails, and an ext4 on it mounted as `failing`.
  case failingDisk = "failing-disk"

  /// Sets it up if it has to be, and returns why the machine lacks it, or `nil`.
  func refusal(on sandbox: Sandbox) -> String? {
    do {
      switch self {
      case .disk: return try disk(sandbox)
      case .cachestat: return try counts(sandbox)
      case .eviction: return try eviction(sandbox) { _, _ in nil }
      case .reads: return try eviction(sandbox, then: reads)
      case .lock: _ = try sandbox.probe { _ = try LockedPages(of: $0, pages: 0..<1) }
      case .extents: return try extents(sandbox)
      case .folios: return try folios(sandbox)
      case .stores: return try stores(sandbox)
      case .smallDisk: try sandbox.mountSmallDisk()
      case .failingDisk: try sandbox.mountFailingDisk()
      }
      return nil
    } catch { return "\(error)" }
  }

  private func disk(_ sandbox: Sandbox) throws -> String? {
    let fileSystem = try sandbox.probe { try PageCache.fileSystem(of: $0) }
    guard fileSystem.isInMemory else { return nil }
    return "scratch files would lie in memory (\(fileSystem.name ?? "tmpfs")); set TMPDIR to a folder on a disk"
  }

  private func counts(_ sandbox: Sandbox) throws -> String? {
    do {
      let (fileSystem, counts) = try sandbox.probe { file in
        var counts = try PageCache.counts(of: file, bytes: 0..<4096)
        // The kernel may have written the page back before it counts, as when another process calls sync(2). That does not
        // happen five times in a row.
        for _ in 0..<5 where counts.dirty == 0 {
          _ = try file.writeAll(toAbsoluteOffset: 0, [1])
          counts = try PageCache.counts(of: file, bytes: 0..<4096)
        }
        return (try PageCache.fileSystem(of: file), counts)
      }
      // A zero proves nothing: a stacked file system may count its own pages, of which there are none.
      if fileSystem.isInMemory || counts.dirty > 0 { return nil }
      return "of pages that were just written the kernel counts none as dirty on this file system "
        + "(\(fileSystem.name ?? "unknown")); set TMPDIR to a folder on a disk"
    } catch PageCacheError.stacked {
      return "\(PageCacheError.stacked); set TMPDIR to a folder on another file system, such as a container's volume"
    }
  }

  private func eviction(
    _ sandbox: Sandbox, then next: (FileDescriptor, Range<Int>) throws -> String?
  ) throws -> String? {
    let name = "probe-eviction"
    try sandbox.writeLarge(name, Sandbox.probeSize)
    defer { sandbox.remove(name) }
    let pages = 0..<Sandbox.probeSize / PageCache.pageSize
    return try sandbox.open(name) { file in
      var evicted = try PageCache.evict(file, pages: pages)
      // What the kernel has in its hands for a moment stays. That does not happen five times in a row.
      for _ in 0..<5 where evicted.after?.cached != 0 { evicted = evicted + (try PageCache.evict(file, pages: pages)) }
      guard evicted.gone ?? 0 > 0, evicted.after?.cached == 0 else {
        return try disk(sandbox) ?? "pages that are evicted stay in memory there" + Self.elsewhere
      }
      return try next(file, pages)
    }
  }

  private static let elsewhere = "; set TMPDIR to a folder on another file system"

  private func reads(_ file: FileDescriptor, _ pages: Range<Int>) throws -> String? {
    let cost = try PageCache.touch(file, pages: pages).cost
    guard cost.bytesRead ?? 0 > 0 else {
      return "bytes that are read from a disk are not counted there" + Self.elsewhere
    }
    return cost.majorFaults > 0 ? nil : "a page that is read in makes no major fault there" + Self.elsewhere
  }

  private func extents(_ sandbox: Sandbox) throws -> String? {
    let kinds = try sandbox.probe { file in
      try PageCache.extents(of: file, bytes: 0..<Sandbox.probeSize, movesOffset: true).map(\.kind)
    }
    return kinds == [.unwritten] ? nil : "this file system does not distinguish reserved blocks from written ones"
  }

  private func stores(_ sandbox: Sandbox) throws -> String? {
    let name = "probe-stores"
    defer { sandbox.remove(name) }
    let session = try Session()
    defer { session.shutDown() }
    try session.perform(
      .create(path: sandbox.folder.appending(name).string, size: 1 << 16, isSparse: true, isForced: true))
    do throws(CommandError) { try session.perform(.set(.exact(true))) } catch { return "\(error)" }
    return nil
  }

  private func folios(_ sandbox: Sandbox) throws -> String? {
    let (size, page) = (4 << 20, 4096)
    let name = "probe-folios"
    try sandbox.writeLarge(name, size)
    defer { sandbox.remove(name) }
    let dirty = try unsafe sandbox.withMapping(of: name, byteCount: page) { memory, file in
      // SAFETY: the mapping has a page.
      unsafe memory.storeBytes(of: 1, as: UInt8.self)
      return try PageCache.counts(of: file, bytes: 0..<size).dirty
    }
    return dirty > 1 ? nil : "this kernel and file system keep account page by page: one page stored, one dirty"
  }
}
