import SystemPackage

/// A watch of the stores to a file's mapping: exactly which pages this process has stored to.
///
/// A store makes pages dirty by the folio, and a folio may have 512 of them. The kernel counts those
/// (cachestat(2)); this knows the pages that bytes went to.
///
/// ```swift
/// let watch = try file.watchStores()
/// let receipt = try file.write(bytes, to: range)
/// print("stored:", try watch.storedPages(in: 0..<file.size))
/// let flushed = try file.sync(receipt)  // its pages are clean
/// print("durable:", flushed.pages, "still stored:", try watch.storedPages(in: 0..<file.size))
/// ```
///
/// A page is *stored* from its first store on, until a sync of it succeeds or it is taken by ``takeStoredPages(in:)``. A
/// sync takes its pages before it writes: what is stored meanwhile stays stored. A page that the kernel has written back
/// by itself, or that was dropped from memory or cut off, stays stored too.
///
/// Stores of all threads count, by this library or past it, and those of system calls into the mapping, as of
/// read(2). What the library itself writes by pwrite(2) counts; what a program writes by a descriptor does not, and
/// neither do stores of other processes, nor of a child of fork(2).
///
/// The means are userfaultfd(2) in user mode, for which no privilege is needed, and `PAGEMAP_SCAN` of ioctl(2) on
/// `/proc/self/pagemap`: Linux 6.7. It watches until it goes.
///
/// - Complexity: <doc:Speed> has what a store costs.
public struct StoreWatch: ~Copyable, Sendable {
  private let file: MmapFile

  fileprivate init(_ file: MmapFile) { self.file = file }

  deinit { file.mapping.stores.end() }

  /// Which pages are stored now; it changes nothing.
  ///
  /// - Parameter bytes: Where to look, as offsets into the file.
  /// - Returns: Pages of 4096 bytes, counted from the start of the file, in ascending runs that do not meet. Where the
  ///   system's pages are larger, all of one are stored at once.
  /// - Throws: ``MmapFileError`` with `system`.
  /// - Complexity: One ioctl(2) for 128 runs, which walks the page table of these bytes.
  public func storedPages(in bytes: Range<Int>) throws(MmapFileError) -> [Range<Int>] {
    try pages(in: bytes, makesClean: false)
  }

  /// Which pages are stored now, and makes them clean: no store is missed in between, and none counts twice.
  ///
  /// It is for a program that makes its bytes durable by means of its own, and is called before them.
  ///
  /// - Parameter bytes: As for ``storedPages(in:)``; whole pages are taken.
  /// - Returns: As ``storedPages(in:)``.
  /// - Throws: ``MmapFileError`` with `system`; what was stored stays so.
  /// - Complexity: As ``storedPages(in:)``, and the next store to each page that is found costs a fault.
  public func takeStoredPages(in bytes: Range<Int>) throws(MmapFileError) -> [Range<Int>] {
    try pages(in: bytes, makesClean: true)
  }

  /// Whether some of these bytes went by pwrite(2): the kernel counts all of their folio as dirty, and writes only them.
  package func hasWrites(in bytes: Range<Int>) -> Bool { file.mapping.stores.hasNotes(in: bytes) }

  private func pages(in bytes: Range<Int>, makesClean: Bool) throws(MmapFileError) -> [Range<Int>] {
    precondition(bytes.lowerBound >= 0 && bytes.upperBound <= file.size, "bytes outside of the file")
    do throws(Errno) {
      return try file.mapping.stores.find(in: bytes, makesClean: makesClean).map {
        $0.lowerBound / Alignment.page..<min($0.upperBound / Alignment.page, file.states.count)
      }
    } catch {
      throw .system(error, file.path, "can't ask which pages were stored to", bytes: bytes)
    }
  }
}

extension MmapFile {
  /// Begins to watch which pages are stored to; none is at first.
  ///
  /// - Returns: The watch, which ends when it goes. A file has one at a time.
  /// - Throws: ``MmapFileError`` with `cannotWatchStores` and the reason, or `readOnly`.
  /// - Complexity: A fixed number of system calls, one of which fills the page table of the whole mapping: 8 bytes for
  ///   each page of the file.
  public func watchStores() throws(MmapFileError) -> StoreWatch {
    guard isWritable else { throw notWritable() }
    if let (step, errno) = mapping.stores.begin() { throw cannotWatch(step, errno) }
    return StoreWatch(self)
  }

  private func cannotWatch(_ step: WatchedStores.Step, _ errno: Errno) -> MmapFileError {
    let (reason, remedy): (String, String?) =
      switch (step, errno) {
      case (.already, _): ("its stores are watched already", "use the watch that there is, or end it")
      case (.userfaultfd, .noFunction): ("the kernel has no userfaultfd(2)", nil)
      case (.userfaultfd, .notPermitted):
        ("a sandbox forbids userfaultfd(2)", "allow that call in its filter (seccomp)")
      case (.userfaultfd, .invalidArgument), (.features, .invalidArgument), (.cover, .inappropriateIOCTLForDevice):
        ("the kernel can't watch stores", "use Linux 6.7 or later")
      case (.pagemap, _): ("/proc/self/pagemap can't be opened", "mount /proc")
      case (.cover, .resourceBusy): ("another userfaultfd(2) of this process has its memory", "end that one")
      case (.cover, .invalidArgument): ("the kernel watches no mapping of this file system", nil)
      default: ("the kernel refuses to watch stores", nil)
      }
    return MmapFileError(
      .cannotWatchStores, path: path, errno: step == .already ? nil : errno,
      "which pages are stored to is unknown: \(reason)",
      remedy: remedy)
  }
}
